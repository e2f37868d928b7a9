"""Writing in groups: nothing is forgotten, and one bad thing does not hold up the others."""

import asyncio
from collections.abc import Sequence

from regulars.worker.recorder import Recorder


def test_what_gathers_during_a_commit_is_one_group() -> None:
    groups: list[list[int]] = []

    async def commit(things: Sequence[int]) -> None:
        groups.append(list(things))
        await asyncio.sleep(0)

    async def work() -> None:
        recorder = Recorder(commit)
        running = asyncio.create_task(recorder.run())
        first = recorder.add(1)
        await first
        await asyncio.gather(*(recorder.add(n) for n in (2, 3, 4)))
        running.cancel()

    asyncio.run(work())

    assert groups == [[1], [2, 3, 4]]


def test_a_thing_that_can_never_be_written_does_not_hold_up_the_others() -> None:
    written: set[int] = set()

    async def commit(things: Sequence[int]) -> None:
        if 3 in things:
            raise ValueError("poison")
        written.update(things)

    async def work() -> None:
        recorder = Recorder(commit)
        running = asyncio.create_task(recorder.run())
        good = [recorder.add(n) for n in range(6) if n != 3]
        recorder.add(3)
        await asyncio.wait_for(asyncio.gather(*good), 5)
        running.cancel()

    asyncio.run(work())

    assert written == {0, 1, 2, 4, 5}
