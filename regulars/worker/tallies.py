"""What a sender counts for those who watch: added up here, written down every few seconds, beside the sending."""

import logging
import time
from collections import Counter
from collections.abc import Iterable

from regulars.messages import tallies
from regulars.worker.threads import Threads
from regulars.worker.told import told

log = logging.getLogger(__name__)

_EVERY_S = 5.0


class Tallies:
    """Counts of one gateway that are not written yet; a killed worker loses them, and nothing else."""

    def __init__(self, gateway_id: int, threads: Threads) -> None:
        self._gateway_id, self._threads = gateway_id, threads
        self._counted: Counter[str] = Counter()
        self._due_at = 0.0

    def count(self, words: Iterable[str]) -> None:
        """Count words, one each."""
        self._counted.update(words)

    async def write_when_due(self) -> None:
        """Write down what was counted, every five seconds."""
        if self._counted and time.monotonic() >= self._due_at:
            await self.write()

    async def write(self) -> None:
        """Write down what was counted; what cannot be written waits for the next time."""
        counted, self._counted = self._counted, Counter()
        self._due_at = time.monotonic() + _EVERY_S
        if not counted:
            return
        try:
            await self._threads.call(tallies.add, self._gateway_id, counted)
        except Exception as error:
            log.info("tally of gateway %s: %s", self._gateway_id, told(error))
            self._counted.update(counted)
