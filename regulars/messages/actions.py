"""The life of a message: queue, claim, mark as submitting, settle; cancel, erase, receipts, recovery after a crash."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import reach, sql
from regulars.kit.actor import Actor
from regulars.messages import failpoint, fate, gate, intents, statements
from regulars.messages.events import AddressSuppressed
from regulars.messages.gateway import HandOver, Receipt, ReceiptState
from regulars.messages.intents import Claim, Claimed, Intent, Ready, Recovered, Result
from regulars.providers import actions as providers

_QUEUED_AT_ONCE = 5_000
_GATEWAY_PAUSE_S = 60
REPEAT_AFTER_S = 120
_TESTS_KEPT = timedelta(days=1)


# --- asking


@transaction.atomic
def queue(
    *,
    system: str,
    person_id: str,
    channel: str,
    message_class: str,
    subject: str,
    origin: str,
    template: str,
    address: str,
    sender: str,
    text: str,
    lifetime: timedelta,
    subject_line: str = "",
    html: str = "",
    unsubscribe_url: str = "",
    run_id: int | None = None,
    by: Actor,
    at: datetime,
) -> int | None:
    """Queue one message for one person; answer its id, or None when this intent is already there.

    `subject` is the mailing type or category whose consent it needs, `origin` what asked for it (`run:…`, `event:…`,
    `key:…`). After `lifetime` it is not sent any more. Whether it may go is judged when it is claimed, not here. How far it may
    reach follows from the door of `by`, or of what happened, when a reaction queues it.
    """
    intent = Intent(
        *(system, person_id, channel, message_class, subject, origin, template, address, sender, text, lifetime),
        *(subject_line, html, unsubscribe_url, run_id),
    )
    ids = _queue([intent], by, at)
    return ids[0] if ids else None


@transaction.atomic
def queue_many(wanted: Sequence[Intent], *, by: Actor, at: datetime) -> int:
    """Queue many messages by sets; answer how many were new. Repeating it adds nobody twice."""
    chunks = range(0, len(wanted), _QUEUED_AT_ONCE)
    return sum(len(_queue(wanted[begin : begin + _QUEUED_AT_ONCE], by, at)) for begin in chunks)


def _queue(wanted: Sequence[Intent], by: Actor, at: datetime) -> list[int]:
    columns = [
        [one.system for one in wanted],
        [one.person_id for one in wanted],
        [one.channel for one in wanted],
        [one.message_class for one in wanted],
        [intents.LANES[one.message_class] for one in wanted],
        [one.subject for one in wanted],
        [one.origin for one in wanted],
        [one.template for one in wanted],
        [one.address for one in wanted],
        [one.sender for one in wanted],
        [one.text for one in wanted],
        [one.lifetime.total_seconds() for one in wanted],
        [one.subject_line for one in wanted],
        [one.html for one in wanted],
        [one.unsubscribe_url for one in wanted],
        [one.run_id for one in wanted],
    ]
    rows = sql.fetch(dict, statements.QUEUE, [reach.of(by.door), f"{by.kind}:{by.id}", *columns, at])
    return [int(row["id"]) for row in rows]


@transaction.atomic
def cancel(
    system: str,
    person_id: str,
    *,
    subjects: Sequence[str] | None = None,
    channels: Sequence[str] | None = None,
    reason: str,
    at: datetime,
) -> int:
    """Cancel a person's messages that have not left yet, queued and claimed; answer how many.

    Call it in the transaction of the opt-out: once that commits, none of them is marked as submitting any more. Without
    `subjects` or `channels` all are meant. Waits for a claim that is looking at the person (milliseconds).
    """
    return _cancel(system, person_id, subjects, channels, reason, at)


@transaction.atomic
def cancel_many(system: str, off: Sequence[tuple[str, str]], *, reason: str, at: datetime) -> int:
    """Cancel what has not left yet to many people, each over one channel; answer how many messages.

    `off` holds (person, channel). The same as `cancel` for each of them, in two statements; people are locked in one order.
    """
    if not off:
        return 0
    people, channels = [person_id for person_id, _ in off], [channel for _, channel in off]
    sql.run(statements.LOCK_PEOPLE, [people])
    return sql.run(statements.CANCEL_MANY, [reason, at, people, channels, system])


def _cancel(
    system: str | None,
    person_id: str,
    subjects: Sequence[str] | None,
    channels: Sequence[str] | None,
    reason: str,
    at: datetime | None,
) -> int:
    its = None if subjects is None else list(subjects)
    over = None if channels is None else list(channels)
    sql.run(statements.LOCK_PERSON, [person_id])
    return sql.run(statements.CANCEL, [reason, at, person_id, system, system, its, its, over, over])


@transaction.atomic
def cancel_run(run_id: int, *, most: int = 5_000, at: datetime) -> int:
    """Cancel up to `most` messages of a run that have not left yet; answer how many. Call it until nothing is left."""
    return sql.run(statements.CANCEL_RUN, [run_id, most, at])


@transaction.atomic
def erase_person(person_id: str, *, at: datetime) -> int:
    """Cancel what has not left yet and empty address and text of all messages of a person; answer how many messages.

    What is being handed over at this moment is finished with what the sender already holds. Receipts that come later
    move the nameless rows and nothing else.
    """
    _cancel(None, person_id, None, None, "person_gone", at)
    for statement in statements.ERASE[:-1]:
        sql.run(statement, [person_id])
    return sql.run(statements.ERASE[-1], [person_id])


def forget_tests(*, at: datetime) -> int:
    """Empty the messages of test runs after a day: an employee typed their addresses, and they may speak of a member.

    Answers how many; a thousand at a time.
    """
    return sql.run(statements.FORGET_TESTS, [at - _TESTS_KEPT])


# --- claiming


@transaction.atomic
def claim(channel: str, *, gateway_id: int, limits: Sequence[int], worker: str, lease_s: float, at: datetime) -> Claim:
    """Take messages that are ready, at most `limits` of codes, of event messages and of mailings.

    Nobody else gets them for `lease_s` seconds. Overdue ones become expired; those that a gate, a suppression or a
    missing address forbids become skipped with the reason. A system without a gate, a gateway off or paused: nothing.
    Raises what a gate raises, and then nothing is taken.
    """
    lanes = [value for limit in limits for value in (channel, gate.systems(), limit)]
    mailings = lanes[-3:]
    ready = [row for row in sql.fetch(Ready, statements.READY, [gateway_id, *lanes, *mailings]) if row.is_free]
    if not ready:
        return Claim([], 0)

    verdicts = _judge(ready, at)
    columns = [
        [row.person_id for row in ready],
        [row.id for row in ready],
        [verdicts[row.id][0] for row in ready],
        [verdicts[row.id][1] for row in ready],
    ]
    sql.run(statements.CLAIM, [worker, lease_s, *columns])
    return Claim([_claimed(row) for row in ready if verdicts[row.id][0] == "claimed"], len(ready))


def _judge(ready: Sequence[Ready], at: datetime) -> dict[int, tuple[str, str]]:
    verdicts: dict[int, tuple[str, str]] = {}
    for row in ready:
        if own := row.verdict():
            verdicts[row.id] = own
    asking = [_candidate(row) for row in ready if row.id not in verdicts]
    refused = gate.judge(asking, at)
    for one in asking:
        reason = refused.get(one.message_id)
        verdicts[one.message_id] = ("claimed", "") if reason is None else ("skipped", reason)
    return verdicts


def _candidate(row: Ready) -> gate.Candidate:
    return gate.Candidate(
        row.id, row.system, row.person_id, row.channel, row.message_class, row.subject, row.origin, row.address
    )


def _claimed(row: Ready) -> Claimed:
    parts = intents.count_parts(row.channel, row.text)
    return Claimed(
        id=row.id,
        person_id=row.person_id,
        lane=row.lane,
        attempt=row.attempt + 1,
        address=row.address,
        sender=row.sender,
        text=row.text,
        parts=parts,
        subject_line=row.subject_line,
        html=row.html,
        unsubscribe_url=row.unsubscribe_url,
    )


@transaction.atomic
def put_back(claimed: Sequence[Claimed], *, worker: str) -> int:
    """Put claimed messages back into the queue: for a sender that stops or whose gateway is down."""
    return sql.run(statements.PUT_BACK, [*intents.keys(claimed), worker])


# --- handing over


@dataclass(slots=True)
class _Marked:
    id: int
    delivery_id: int
    part: int
    is_due: bool
    lifetime_s: int


@transaction.atomic
def mark_submitting(
    claimed: Sequence[Claimed], *, gateway_id: int, worker: str, timeout_s: float, lease_s: float
) -> list[HandOver]:
    """Write down that these messages leave now; answer what to hand over once this is committed.

    Left out are messages that are cancelled, overdue, not ours any more, or whose lease ends within `timeout_s`. What
    is answered is ours for `lease_s` seconds from now. Parts that a provider took in an earlier attempt are left out.
    """
    batch = sql.Batch()
    keys = intents.keys(claimed)
    parts = [one.parts for one in claimed]
    batch.add(statements.MARK, [*keys, parts, worker, timeout_s, gateway_id, lease_s, gateway_id])
    place = batch.add(statements.MARKED, [*keys, worker])
    marked: dict[int, list[_Marked]] = defaultdict(list)
    for row in batch.send()[place]:
        marked[row["id"]].append(_Marked(**row))

    by_id = {one.id: one for one in claimed}
    finished = [by_id[message_id] for message_id, rows in marked.items() if not any(row.is_due for row in rows)]
    if finished:
        _fold([Result(one.id, one.person_id, one.attempt, ()) for one in finished], worker)
    return [_hand_over(by_id[message_id], rows) for message_id, rows in marked.items() if any(r.is_due for r in rows)]


def _hand_over(message: Claimed, rows: Sequence[_Marked]) -> HandOver:
    return HandOver(
        message_id=message.id,
        attempt=message.attempt,
        address=message.address,
        sender=message.sender,
        text=message.text,
        references=tuple(row.delivery_id for row in rows),
        lifetime_s=rows[0].lifetime_s,
        parts=tuple(row.part for row in rows if row.is_due),
        subject_line=message.subject_line,
        html=message.html,
        unsubscribe_url=message.unsubscribe_url,
    )


@transaction.atomic
def settle(results: Sequence[Result], *, gateway_id: int, worker: str, by: Actor, at: datetime) -> int:
    """Record what became of hand-overs, many at once; answer how many were still ours to settle.

    The results of an attempt that has lost its message (lease over, taken by another) change nothing.
    """
    keys = [[r.person_id for r in results], [r.message_id for r in results], [r.attempt for r in results]]
    parts = [
        (r.message_id, p.part, fate.STATE_AFTER[p.outcome], p.provider_id, p.code) for r in results for p in r.parts
    ]
    batch = sql.Batch()
    batch.add(statements.LOCK_OWNED, [*keys, worker])
    batch.add(statements.SETTLE_PARTS, [*keys, worker, *intents.columns(parts, 5)])
    batch.send()
    settled = _fold(results, worker)
    _retire([r for r in results if r.message_id in settled], by, at)
    _pause_gateway(results, gateway_id, by, at)
    _look_again(sql.fetch(_Kept, statements.TAKE_RECEIPTS_OF, [list(settled), list(settled)]), by=by, at=at)
    failpoint.here("before_settle_commit")
    return len(settled)


def _fold(results: Sequence[Result], worker: str) -> set[int]:
    verdicts = [fate.verdict(result.parts) for result in results]
    ids = [result.message_id for result in results]
    rows = sql.fetch(
        dict,
        statements.SETTLE,
        [
            *(ids, [result.person_id for result in results]),
            *(ids, [result.attempt for result in results]),
            [verdict.reason for verdict in verdicts],
            [float(verdict.pause_s) for verdict in verdicts],  # psycopg refuses a list of both kinds of number
            [int(verdict.is_counted) for verdict in verdicts],
            worker,
        ],
    )
    return {row["id"] for row in rows}


def _retire(results: Sequence[Result], by: Actor, at: datetime) -> None:
    verdicts = {result.message_id: fate.verdict(result.parts) for result in results}
    dead = {message_id: verdict.reason for message_id, verdict in verdicts.items() if verdict.retires_address}
    _suppress(dead, by, at)


def _suppress(dead: Mapping[int, str], by: Actor, at: datetime) -> None:
    if not dead:
        return
    ids = list(dead)
    rows = sql.fetch(dict, statements.SUPPRESS, [ids, list(dead.values()), ids])
    if rows:
        events = [AddressSuppressed(row["channel"], row["id"], row["reason"]) for row in rows]
        journal.record(*events, person_id=[row["person_id"] for row in rows], by=by, at=at)


def _pause_gateway(results: Sequence[Result], gateway_id: int, by: Actor, at: datetime) -> None:
    verdicts = (fate.verdict(result.parts) for result in results)
    code = next((verdict.reason for verdict in verdicts if verdict.pauses_gateway), None)
    if code is not None:
        providers.pause(gateway_id, code=code, seconds=_GATEWAY_PAUSE_S, by=by, at=at)


# --- receipts


@dataclass(slots=True)
class _Kept:
    gateway_id: int
    provider_id: str
    reference: int | None
    address: str
    state: str
    code: str
    is_dead_address: bool


@dataclass(slots=True)
class _Match:
    n: int
    id: int
    person_id: str
    message_id: int
    is_sure: bool


@transaction.atomic
def record_receipts(gateway_id: int, receipts: Sequence[Receipt], *, by: Actor, at: datetime) -> int:
    """Record what a provider says about messages it took, in any order and as often as it likes; answer how many fit.

    Found by the provider's id; if nobody has that, by our reference and the address among the messages of unknown fate,
    when exactly one fits. The rest is kept for a week and looked at again whenever new ids are settled.
    """
    found = _match(gateway_id, receipts)
    if found:
        _learn(receipts, found)
        dead = {found[n].message_id: one.code for n, one in enumerate(receipts) if n in found and one.dead_address}
        _suppress(dead, by, at)
    lost = [receipt for n, receipt in enumerate(receipts) if n not in found]
    if lost:
        columns = intents.columns(
            [(r.provider_id, r.reference, r.address, r.state, r.code, r.dead_address) for r in lost], 6
        )
        sql.run(statements.KEEP_RECEIPTS, [gateway_id, *columns, gateway_id])
    failpoint.here("before_receipt_commit")
    return len(found)


def _match(gateway_id: int, receipts: Sequence[Receipt]) -> dict[int, _Match]:
    by_id = intents.columns([(n, r.provider_id) for n, r in enumerate(receipts)], 2)
    referring = [(n, r.reference, r.address) for n, r in enumerate(receipts) if r.reference is not None]
    rows = sql.fetch(_Match, statements.MATCH, [*by_id, gateway_id, *intents.columns(referring, 3), gateway_id])
    sure: dict[int, _Match] = {}
    hinted: dict[int, list[_Match]] = defaultdict(list)
    for row in rows:
        if not row.is_sure:
            hinted[row.n].append(row)
        elif row.n not in sure or row.id > sure[row.n].id:  # a provider that counts anew: the latest bearer of the id
            sure[row.n] = row
    return {n: rows[0] for n, rows in hinted.items() if len(rows) == 1} | sure


def _learn(receipts: Sequence[Receipt], found: Mapping[int, _Match]) -> None:
    best: dict[int, tuple[_Match, Receipt]] = {}
    for n, match in found.items():
        if match.id not in best or _knows_more(receipts[n], best[match.id][1]):
            best[match.id] = match, receipts[n]
    rows = [(m.person_id, m.id, str(r.state), r.code, r.provider_id) for m, r in best.values()]
    people = [match.person_id for match, _ in best.values()]
    ids = [match.message_id for match, _ in best.values()]
    batch = sql.Batch()
    batch.add(statements.LOCK_MESSAGES, [people, ids])
    batch.add(statements.LEARN, intents.columns(rows, 5))
    batch.add(statements.REFOLD, [ids, people])
    batch.send()


def _knows_more(one: Receipt, other: Receipt) -> bool:
    return fate.ORDER.index(one.state) > fate.ORDER.index(other.state)


def _look_again(kept: Sequence[_Kept], *, by: Actor, at: datetime) -> int:
    by_gateway: dict[int, list[Receipt]] = defaultdict(list)
    for one in kept:
        by_gateway[one.gateway_id].append(
            Receipt(
                one.provider_id,
                one.reference,
                ReceiptState(one.state),
                one.code,
                address=one.address,
                dead_address=one.is_dead_address,
            )
        )
    return sum(record_receipts(gateway_id, its, by=by, at=at) for gateway_id, its in by_gateway.items())


# --- after a crash


def recover(
    *, by: Actor, at: datetime, repeat_after_s: float = REPEAT_AFTER_S, receipts_since_s: float = 60
) -> Recovered:
    """Take messages back from senders that died, by the clock of PostgreSQL.

    Claimed ones have not left and are queued again. Those being handed over become unknown. Of unknown ones only event
    messages are sent again, once, after `repeat_after_s` seconds and within their lifetime. Receipts of the last
    `receipts_since_s` seconds that found nobody are looked at again. Several may call it at once.
    """
    put_back = sql.run(statements.RECOVER_CLAIMED)
    unknown = _recover_submitting(by, at)
    repeated = sql.run(statements.REPEAT_EVENTS, [repeat_after_s])
    with transaction.atomic():
        kept = sql.fetch(_Kept, statements.TAKE_RECEIPTS_SINCE, [receipts_since_s, receipts_since_s])
        _look_again(kept, by=by, at=at)
    sql.run(statements.FORGET_RECEIPTS)
    return Recovered(put_back, unknown, repeated)


@transaction.atomic
def _recover_submitting(by: Actor, at: datetime) -> int:
    rows = sql.fetch(dict, statements.RECOVER_SUBMITTING)
    if rows:
        ids = [row["id"] for row in rows]
        sql.run(statements.REFOLD, [ids, [row["person_id"] for row in rows]])
        _look_again(sql.fetch(_Kept, statements.TAKE_RECEIPTS_OF, [ids, ids]), by=by, at=at)
    return len(rows)
