"""The scheduler: does what is due by the clock, a piece of each chore in turn, on a thread of its own."""

import logging
import threading
import time

from django.db import connection

from regulars.kit import chores
from regulars.kit.chores import Registered
from regulars.kit.clock import now
from regulars.worker.told import told

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 0.5
_TROUBLE_S = 5.0


def schedule_until(stop: threading.Event) -> None:
    """Do chores until asked to stop; one that did something comes again in its turn, one that failed after five seconds."""
    due: dict[str, float] = {}
    while not stop.is_set():
        ready = [chore for chore in chores.list_all() if due.get(chore.name, 0.0) <= time.monotonic()]
        for chore in ready:
            if stop.is_set():
                return
            due[chore.name] = time.monotonic() + _try(chore)
        connection.close()
        waits = [at - time.monotonic() for at in due.values()]
        stop.wait(max(0.0, min([_LONGEST_PAUSE_S, *waits])))


def _try(chore: Registered) -> float:
    """Do a piece; answer after how many seconds it should come again."""
    try:
        return 0.0 if chore.chore(now()) else chore.every_s
    except Exception as error:
        log.warning("%s: %s", chore.name, told(error))
        connection.close()
        return _TROUBLE_S


def start(stop: threading.Event) -> threading.Thread:
    """Start the scheduler's thread."""
    thread = threading.Thread(target=schedule_until, args=[stop], name="scheduler")
    thread.start()
    return thread
