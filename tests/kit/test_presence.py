"""A process that works is seen in the database for as long as it lives, and not a moment longer."""

import threading
import time

import psycopg
import pytest
from django.db import connection

from regulars.kit import presence
from tests.conftest import _server

OTHER = 77


def seen(count: int) -> bool:
    limit = time.monotonic() + 10
    while presence.count(OTHER) != count:
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.django_db(transaction=True)
def test_two_are_seen_until_they_stop() -> None:
    stops = [threading.Event(), threading.Event()]
    threads = [presence.start(stop, OTHER) for stop in stops]

    assert seen(2)
    stops[0].set()
    threads[0].join(10)
    assert seen(1)

    stops[1].set()
    threads[1].join(10)
    assert seen(0)


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_killed_is_not_seen_any_more() -> None:
    with _server(connection.settings_dict["NAME"]) as link:
        link.execute("select pg_advisory_lock_shared(%s, %s)", [presence.CLASS, OTHER])
        assert seen(1)
        with _server() as owner:
            owner.execute("select pg_terminate_backend(%s)", [link.info.backend_pid])
        assert seen(0)
        with pytest.raises(psycopg.Error):
            link.execute("select 1")
