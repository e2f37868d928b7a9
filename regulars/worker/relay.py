"""The relay: runs the journal's waiting deliveries on a thread of its own, soon after they were written."""

import logging
import threading

from django.db import connection

from regulars.journal import actions as journal
from regulars.kit.clock import now
from regulars.worker.told import told

log = logging.getLogger(__name__)

_AT_ONCE = 20
_LONGEST_IDLE_S = 0.1
_LONGEST_TROUBLE_S = 5.0


def relay_until(stop: threading.Event, outward: bool = False) -> None:
    """Run deliveries until asked to stop; idle, look ten times a second; in trouble, wait up to five seconds.

    `outward` takes those that ask somebody outside, so that a silent sister holds up nothing in this house.
    """
    pause = 0.0
    while not stop.wait(pause):
        try:
            # Somebody outside may take seconds to answer: between two of them, look whether we are to stop.
            tried = journal.relay(at=now(), limit=1 if outward else _AT_ONCE, outward=outward)
            pause = 0.0 if tried else min(max(pause * 2, 0.01), _LONGEST_IDLE_S)
        except Exception as error:
            log.warning("relay: %s", told(error))
            pause = min(max(pause * 2, 0.5), _LONGEST_TROUBLE_S)
        finally:
            connection.close()


def start(stop: threading.Event, *, count: int = 1) -> list[threading.Thread]:
    """Start so many relays, and one more for what asks somebody outside."""
    threads = [threading.Thread(target=relay_until, args=[stop], name=f"relay-{n}") for n in range(count)]
    threads.append(threading.Thread(target=relay_until, args=[stop, True], name="relay-outward"))
    for thread in threads:
        thread.start()
    return threads
