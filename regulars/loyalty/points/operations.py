"""The operation as idempotency key: opened first in the transaction, so that a repeat waits for it and gets its answer."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

import orjson
import psycopg
from django.db import DatabaseError

from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.request import is_repeat

WAIT_S = 5
ASK_AGAIN_S = 1
_LOCKED, _OUT_OF_RANGE = "55P03", "22003"  # SQLSTATE
_OPEN = """
insert into loyalty_points_operation
  (source, external_key, body_hash, kind, member_id, recorded_at, by_kind, by_id, door)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (source, external_key) do nothing returning id
"""


class KeyReused(Refusal):
    """The idempotency key was already used for another request."""

    code = "idempotency_key_reused"


class RequestInFlight(Conflict):
    """The first request with this key is still running."""

    code = "request_in_flight"


class AccountBusy(Conflict):
    """Somebody else is changing this account at the moment."""

    code = "account_busy"


class SumTooLarge(Refusal):
    """A sum would become larger than the book can keep."""

    code = "sum_too_large"


@dataclass(frozen=True, slots=True)
class Key:
    """Who asks (`source` numbers its own keys), under which key, and the hash of what is asked."""

    source: str
    external_key: str
    body_hash: bytes

    MAX_LENGTH: ClassVar[int] = 200


def key(source: str, external_key: str, body: Any) -> Key:
    """Build the key of a request; bodies (plain values and dataclasses) are compared as canonical JSON."""
    canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NAIVE_UTC)
    return Key(source, external_key, hashlib.sha256(canonical).digest())


def add_open(batch: sql.Batch, key: Key, *, kind: str, member_id: int | None, by: Actor, at: datetime) -> int:
    """Add the opening of an operation to a batch: one row with its id, or none when the key is known.

    A running operation with the same key is waited for, at most five seconds (see `refusal_of`).
    """
    batch.add(f"set local lock_timeout = '{WAIT_S}s'", [])
    return batch.add(
        _OPEN,
        [key.source, key.external_key, key.body_hash, kind, member_id, at, by.kind, by.id, by.door],
    )


def add_answer(batch: sql.Batch, operation_id: int, key: Key, answer: Any, member_id: int | None) -> int:
    """Add the keeping of the answer that repeats will get."""
    return batch.add(
        "update loyalty_points_operation set answer = %s::jsonb, member_id = %s"
        " where source = %s and external_key = %s and id = %s",
        [orjson.dumps(answer).decode(), member_id, key.source, key.external_key, operation_id],
    )


def add_known(batch: sql.Batch, key: Key) -> int:
    """Add the look at what was done under this key; `read_known` reads its rows."""
    return batch.add(
        "select body_hash, answer from loyalty_points_operation where source = %s and external_key = %s",
        [key.source, key.external_key],
    )


def read_known(rows: Sequence[Mapping[str, Any]], key: Key) -> Any:
    """The answer that was kept under this key, and a word to the door that it is a repeat.

    Raises `KeyReused` when another body was sent then.
    """
    if not rows or rows[0]["body_hash"] != key.body_hash:
        raise KeyReused(
            "This idempotency key was already used for another request. Send a new key for a new request.",
            field="header:Idempotency-Key",
        )
    is_repeat.set(True)
    answer = rows[0]["answer"]
    return orjson.loads(answer) if isinstance(answer, str) else answer


def known_answer(key: Key) -> Any:
    """The answer of the operation that was done under this key. Raises `KeyReused`."""
    batch = sql.Batch()
    place = add_known(batch, key)
    return read_known(batch.send()[place], key)


def refusal_of(error: DatabaseError) -> Refusal | None:
    """Read what the database could not do as the refusal it stands for: a lock not got in time, a sum too large.

    Whoever waits for a running operation waits on its row; any other lock belongs to the member's account.
    """
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return None
    if cause.sqlstate == _OUT_OF_RANGE:
        return SumTooLarge("That makes a sum that is too large to be kept.")
    if cause.sqlstate != _LOCKED:
        return None
    again = {"retry_after_s": ASK_AGAIN_S}
    if "loyalty_points_operation" in (cause.diag.context or ""):
        return RequestInFlight("The first request with this key is still running. Ask again in a second.", extra=again)
    return AccountBusy("Somebody else is changing this account. Ask again in a second.", extra=again)


def refusing[**Params, Result](action: Callable[Params, Result]) -> Callable[Params, Result]:
    """Let an action's database errors leave it as refusals, where they stand for one; goes outside its transaction."""

    @wraps(action)
    def refused(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        try:
            return action(*args, **kwargs)
        except DatabaseError as error:
            if refusal := refusal_of(error):
                raise refusal from error
            raise

    return refused
