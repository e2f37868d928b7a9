"""Who is there: a process holds a lock in the database for as long as it lives, and everybody can see the lock.

The lock belongs to a session. However the process ends, the session ends with it, and PostgreSQL lets the lock go.
"""

import logging
import threading

import psycopg

from regulars.kit import schema_state, sql

log = logging.getLogger(__name__)

# The first half of the lock's key says that it is one of these, the second half which kind of process holds it.
CLASS = 7_250_318
WORKER = 1
_LOOK_EVERY_S = 5.0
_HOLD = "select pg_advisory_lock_shared(%s, %s)"
_COUNT = """
select count(*)::int as count from pg_locks
 where locktype = 'advisory' and granted and classid = %s and objid = %s and objsubid = 2
   and database = (select oid from pg_database where datname = current_database())
"""


def count(kind: int) -> int:
    """How many processes of a kind live and reach this database."""
    return int(sql.fetch(dict, _COUNT, [CLASS, kind])[0]["count"])


def hold_until(stop: threading.Event, kind: int) -> None:
    """Be seen as one of this kind until asked to stop; where the database was away, be seen again when it is back."""
    while not stop.is_set():
        try:
            with schema_state.connected_as_owner(connect_timeout=5, application_name="regulars worker") as link:
                link.execute(_HOLD, [CLASS, kind])
                while not stop.wait(_LOOK_EVERY_S):
                    link.execute("select 1")
        except psycopg.Error as error:
            log.info("not seen in the database: %s", (str(error).splitlines() or [""])[0])
            stop.wait(_LOOK_EVERY_S)


def start(stop: threading.Event, kind: int) -> threading.Thread:
    """Be seen by a thread of its own."""
    thread = threading.Thread(target=hold_until, args=[stop, kind], name="presence")
    thread.start()
    return thread
