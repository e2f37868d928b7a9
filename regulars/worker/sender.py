"""The sender: claims what is ready, marks it, hands it to one gateway within its window, and settles in groups."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messages import actions as messages
from regulars.messages import failpoint, tallies
from regulars.messages.gateway import Gateway, GatewayDown, HandOver, OnReceipt, Outcome, PartResult, Receipt
from regulars.messages.intents import Claim, Claimed, Result
from regulars.worker.hand import Hand
from regulars.worker.pace import Pace
from regulars.worker.recorder import Recorder
from regulars.worker.tallies import Tallies
from regulars.worker.threads import Threads
from regulars.worker.told import told

log = logging.getLogger(__name__)
BY = Actor.system("worker")


@dataclass(frozen=True, slots=True)
class Times:
    """How long things may take, in seconds."""

    lease_s: float = 60
    """A claimed message that is not marked within this time goes back to the queue; at least twice the gateway's time-out."""
    grace_s: float = 30
    """What the lease of a message that is being handed over has beyond the gateway's own time-out."""
    poll_s: float = 0.1
    """The longest pause between two looks at the queue."""
    finish_s: float = 7
    """How long hand-overs that have begun may still take when the worker is asked to stop."""
    longest_pause_s: float = 60
    """The longest pause between two attempts to open a gateway."""


class Sender:
    """One gateway's sender. At most `window` messages are marked and not yet settled: that is what a crash can blur."""

    def __init__(
        self, gateway_id: int, build: Callable[[OnReceipt], Gateway], *, worker: str, threads: Threads, times: Times
    ) -> None:
        self.gateway = build(self._receive)
        self._gateway_id = gateway_id
        self._worker = worker
        self._threads = threads
        # What may be marked has a time-out of its lease left, so a shorter lease would never let anything go.
        self._times = replace(times, lease_s=max(times.lease_s, 2 * self.gateway.timeout_s))
        self._hand = Hand()
        self._pace = Pace()
        self._tallies = Tallies(gateway_id, threads)
        self._results: Recorder[Result] = Recorder(self._settle)
        self._receipts: Recorder[Receipt] = Recorder(self._record)
        self._under_way: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._is_opened = False
        self._next_claim_at = 0.0
        self._pause_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Send until asked to stop; then finish what has begun and put the rest back."""
        recorders = [asyncio.create_task(self._results.run()), asyncio.create_task(self._receipts.run())]
        waiter = asyncio.create_task(self._wake_at(stop))
        try:
            while not stop.is_set():
                await self._try_turn(stop)
            await self._finish()
        finally:
            for task in (*recorders, waiter, *self._under_way):
                task.cancel()
            await asyncio.gather(*recorders, waiter, return_exceptions=True)

    # --- one turn

    async def _try_turn(self, stop: asyncio.Event) -> None:
        try:
            await self._turn()
            self._pause_s = 0.0
        except GatewayDown as down:
            log.warning("gateway %s: %s", self._gateway_id, down.reason)
            await self._back_off(stop, self._times.longest_pause_s)
        except Exception as error:
            # The database is away, or a gate fails: nothing is lost, so say it and come again.
            log.warning("gateway %s: %s", self._gateway_id, told(error))
            await self._back_off(stop, 5)

    async def _turn(self) -> None:
        if not self._is_opened:
            await self.gateway.open()
            self._is_opened = True
        if not self.gateway.is_open:
            await self._put_back()
            await self._wait()
            return
        self._news.clear()
        await self._tallies.write_when_due()
        await self._refill()
        if not await self._start_some():
            await self._wait()

    async def _refill(self) -> None:
        """Claim when the hand runs low, and at least at every poll, for urgent messages do not wait for a full hand."""
        ticks = time.monotonic()
        if ticks < self._next_claim_at:
            return
        most = self.gateway.window * 20 if self._pace.rate is None else self._pace.rate * self._times.lease_s / 4
        claim = await self._threads.call(self._claim, self._hand.room(max(1, most)))
        failpoint.here("after_claim_commit")
        self._hand.add(claim.messages, lease_ends=ticks + self._times.lease_s - self.gateway.timeout_s)
        is_more_likely = claim.looked_at > 0 and len(self._hand) < self.gateway.window
        self._next_claim_at = 0.0 if is_more_likely else time.monotonic() + self._times.poll_s

    def _claim(self, limits: Sequence[int]) -> Claim:
        return messages.claim(
            self.gateway.channel,
            gateway_id=self._gateway_id,
            limits=limits,
            worker=self._worker,
            lease_s=self._times.lease_s,
            at=now(),
        )

    async def _start_some(self) -> bool:
        free = self.gateway.window - len(self._under_way)
        if free <= 0 or not len(self._hand):
            return False
        ticks = time.monotonic()
        allowed = self._pace.allowed(1_000_000, ticks)
        group = self._hand.take(free, allowed, now=ticks) if allowed else []
        if not group:
            return False
        await self._hand_over_group(group)
        return True

    async def _hand_over_group(self, group: Sequence[Claimed]) -> None:
        lease_s = self.gateway.timeout_s * max(message.parts for message in group) + self._times.grace_s
        ends = time.monotonic() + lease_s
        try:
            hand_overs = await self._mark(group, lease_s)
        except Exception:
            # Nobody knows whether the mark was committed, but we know that nothing has left.
            self._start(self._give_up(group))
            raise
        # What was cancelled meanwhile costs nothing: a wave of opt-outs must not slow down what is still allowed.
        self._pace.spend(sum(len(hand_over.parts) for hand_over in hand_overs))
        failpoint.here("after_mark")
        by_id = {message.id: message for message in group}
        for hand_over in hand_overs:
            self._start(self._hand_over(by_id[hand_over.message_id], hand_over, ends))

    async def _mark(self, group: Sequence[Claimed], lease_s: float) -> list[HandOver]:
        return await self._threads.call(
            messages.mark_submitting,
            group,
            gateway_id=self._gateway_id,
            worker=self._worker,
            timeout_s=self.gateway.timeout_s,
            lease_s=lease_s,
        )

    async def _hand_over(self, message: Claimed, hand_over: HandOver, lease_ends: float) -> None:
        """Send one message and wait until its result is committed; only then is its place in the window free."""
        if failpoint.is_set("bytes_sent"):
            asyncio.get_running_loop().call_soon(failpoint.here, "bytes_sent")
        results = await self._send(hand_over, lease_ends)
        failpoint.here("answer_read")
        self._tallies.count(result.outcome for result in results)
        ticks = time.monotonic()
        for result in results:
            if result.outcome is Outcome.ACCEPTED:
                self._pace.granted(ticks)
            elif result.outcome is Outcome.SLOW:
                self._pace.slow_down(ticks)
        await self._results.add(Result(message.id, message.person_id, message.attempt, results))

    async def _send(self, hand_over: HandOver, lease_ends: float) -> list[PartResult]:
        if time.monotonic() + self.gateway.timeout_s * len(hand_over.parts) > lease_ends:
            return _all(hand_over, Outcome.UNSENT, "too_late")  # we were frozen; somebody else may own it by now
        try:
            return await self.gateway.send(hand_over)
        except asyncio.CancelledError:
            return _all(hand_over, Outcome.UNKNOWN, "stopped")
        except Exception:
            log.exception("gateway %s broke its promise", self._gateway_id)
            return _all(hand_over, Outcome.UNKNOWN, "broken")

    async def _give_up(self, group: Sequence[Claimed]) -> None:
        """Put messages back, whether they were marked or not; they are not touched again before, else they go twice."""
        for one in group:
            unsent = [PartResult(part, Outcome.UNSENT, code="not_marked") for part in range(1, one.parts + 1)]
            committed = self._results.add(Result(one.id, one.person_id, one.attempt, unsent))
        await committed
        await self._threads.call(messages.put_back, group, worker=self._worker)

    # --- writing down

    async def _settle(self, results: Sequence[Result]) -> None:
        await self._threads.call(self._settle_now, results)
        failpoint.here("after_settle_commit")

    def _settle_now(self, results: Sequence[Result]) -> int:
        return messages.settle(results, gateway_id=self._gateway_id, worker=self._worker, by=BY, at=now())

    async def _receive(self, receipt: Receipt) -> bool:
        """Answer a receipt when it is safe in the database."""
        await self._receipts.add(receipt)
        return True

    async def _record(self, receipts: Sequence[Receipt]) -> None:
        await self._threads.call(self._record_now, receipts)
        self._tallies.count(tallies.RECEIPT + receipt.state for receipt in receipts)

    def _record_now(self, receipts: Sequence[Receipt]) -> int:
        return messages.record_receipts(self._gateway_id, receipts, by=BY, at=now())

    # --- waiting and stopping

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        assert isinstance(task, asyncio.Task)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._news.set()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.set()

    async def _wait(self) -> None:
        """Wait until a place in the window is free, at most one poll."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._times.poll_s if self._pace.rate is None else self._times.poll_s / 5):
                await self._news.wait()
        self._news.clear()

    async def _back_off(self, stop: asyncio.Event, longest_s: float) -> None:
        self._pause_s = min(max(self._pause_s * 2, 0.5), longest_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pause_s):
                await stop.wait()

    async def _put_back(self) -> None:
        if claimed := self._hand.empty():
            await self._threads.call(messages.put_back, claimed, worker=self._worker)

    async def _finish(self) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self._put_back()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._times.finish_s)
            for task in late:
                task.cancel()  # its fate is unknown, and that is written down
            if late:
                await asyncio.wait(late, timeout=1)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self.gateway.close()
                await self._tallies.write()


def _all(hand_over: HandOver, outcome: Outcome, code: str) -> list[PartResult]:
    return [PartResult(part, outcome, code=code) for part in hand_over.parts]
