"""Whoever posts expiry is killed again and again: every lot expires once, and the book balances."""

import random
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings

from regulars.journal.models import Entry as JournalEntry
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import events, queries
from regulars.loyalty.points.models import Draw, Lot
from tests import make
from tests.chaos.battlefield import _url, env
from tests.conftest import ROOT
from tests.loyalty.points import book

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
DUE = make.AT + timedelta(days=1)
KILLS = 6


def test_every_lot_expires_once_however_often_the_posting_is_killed():
    members = [make.member() for _ in range(300)]
    for member in members:
        book.accrue(member, 10, expires_at=DUE)
        book.accrue(member, 5, expires_at=DUE)

    said = 0
    for _ in range(KILLS):
        poster = subprocess.Popen(
            [sys.executable, "-m", "tests.loyalty.points.poster", DUE.isoformat()],
            env=env(_url(settings.DATABASES["default"]["NAME"])),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert poster.stdout is not None
        said += int(poster.stdout.readline())
        time.sleep(random.uniform(0, 0.05))
        poster.kill()
        said += sum(map(int, poster.stdout.read().split()))
        poster.wait()
    left = 0
    while posted := points.expire_due(at=DUE):
        left += posted

    assert left > 0, "nothing was left to be done after the kills: make them quicker"
    assert said + left <= 600  # what was posted just before a kill was not said
    assert Draw.objects.count() == Lot.objects.filter(remaining=0).count() == 600
    told = JournalEntry.objects.filter(event=events.PointsExpired.event_name())
    assert sorted(entry.body["member_id"] for entry in told) == sorted(member.pk for member in members)
    assert queries.audit().holds()
