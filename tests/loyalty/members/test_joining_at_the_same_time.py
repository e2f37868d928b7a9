"""Of several people who come with one phone at once, one joins."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from regulars.loyalty.members import actions
from regulars.loyalty.members.models import Member
from tests import make


@pytest.mark.django_db(transaction=True)
def test_one_phone_at_once_is_one_member(at: datetime) -> None:
    make.programme()
    profile = make.profile()

    def join(_: int) -> bool:
        try:
            actions.register(profile, via="till", by=make.BY, at=at)
        except actions.PhoneTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(join, range(8))) == 1

    assert Member.objects.count() == 1
