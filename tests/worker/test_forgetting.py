"""A worker forgets the phones of people who once asked for a code, whether they are members or not."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.kit.clock import now
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import OneTimeCode
from tests import make
from tests.worker.shift import shift, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_codes_that_are_long_over_are_forgotten_and_fresh_ones_are_not(tmp_path: Path) -> None:
    make.programme()
    sign_in.ask_code("+447700900001", at=now() - timedelta(days=3))
    sign_in.ask_code("+447700900002", at=now())

    async def work() -> None:
        async with shift(tmp_path):
            await until(lambda: OneTimeCode.objects.count() == 1)

    asyncio.run(work())

    assert OneTimeCode.objects.get().phone == "+447700900002"
