"""Carries what is new from the stage into the rooms, a batch at a time, each in a transaction of its own.

A batch that was committed is there already when the files are read again; so an import that is killed goes on by being
started again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.cards import moving_in as cards
from regulars.loyalty.goods import actions as goods
from regulars.loyalty.goods import queries as goods_queries
from regulars.loyalty.goods.rows import ProductRow
from regulars.loyalty.imports import queries, tree
from regulars.loyalty.imports.checks import HASHED, LOT_KEY, SOLD_AT
from regulars.loyalty.imports.files import BALANCES, CARDS, CONSENTS, GOODS, LINES, MEMBERS, RECEIPTS, STORES, File
from regulars.loyalty.imports.looking import DOOR, salt
from regulars.loyalty.imports.models import Import
from regulars.loyalty.imports.outcome import Look
from regulars.loyalty.members import moving_in as members
from regulars.loyalty.points import moving_in as points
from regulars.loyalty.points import operations
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programmes
from regulars.loyalty.purchases import moving_in as purchases
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores import moving_in as tills
from regulars.loyalty.stores import queries as store_queries
from regulars.loyalty.stores.models import Partner
from regulars.loyalty.stores.rows import StoreRow
from regulars.loyalty.subscriptions import actions as consent
from regulars.loyalty.subscriptions import moving_in as subscriptions
from regulars.messages import failpoint

TOGETHER: Final = {MEMBERS: 2000, CARDS: 10_000, BALANCES: 5000, RECEIPTS: 5000, GOODS: 5000}
SOURCE = "import"
_BATCH = "and s.at_line > %(low)s and s.at_line <= %(high)s"
_PLACES = """
update stage_place p set store_id = s.id from loyalty_stores_store s where p.store_id is null and s.code = p.code
"""
_PEOPLE = f"""
select s.at_line as place, s.public_id, s.state, s.number, s.phone, s.email, s.first_name, s.last_name, s.birth_date, s.locale,
       s.time_zone, s.city, o.store_id, s.joined_at
  from stage_members s left join stage_place o on o.code = s.store where s.fate = 'new' {_BATCH}
"""
_ARRIVE = f"""
with arrived as (
  insert into loyalty_imports_arrival (number_hash, member_id)
  select {HASHED.format("given.number")}, given.member_id
    from unnest(%(numbers)s::text[], %(ids)s::bigint[]) as given (number, member_id)
)
update stage_person p set member_id = given.member_id
  from unnest(%(numbers)s::text[], %(ids)s::bigint[]) as given (number, member_id) where p.number = given.number
"""
_CONSENT = f"""
select p.member_id, coalesce(e.place, 1) as place, coalesce(e.place, 1) = 1 as is_first,
       coalesce(e.told_at, %(at)s::timestamptz) as recorded_at, coalesce(e.cells, '{{}}') as cells,
       coalesce(e.wording, '') as wording, coalesce(e.source, 'not_told') as reason
  from stage_members s join stage_person p on p.number = s.number left join stage_entry e on e.member = s.number
 where s.fate = 'new' {_BATCH}
"""
_CARDS = f"""
select s.at_line as place, s.number, p.member_id, s.state, s.issued_at
  from stage_cards s left join stage_person p on p.number = s.member where s.fate = 'new' {_BATCH}
"""
_LOTS = f"""
select s.at_line as place, {LOT_KEY.format("s")} as key, p.member_id, c.id as currency_id,
       (s.points * 10 ^ c.decimals)::bigint as amount, s.activates_at, s.expires_at
  from stage_balances s join stage_person p on p.number = s.member
  join loyalty_programme_pointscurrency c on c.code = s.currency or (s.currency = '' and c.is_default)
 where s.fate = 'new' {_BATCH}
"""
_RECEIPTS = f"""
select s.at_line as place, d.id as till_id, s.number, s.public_id, o.store_id, k.partner_id, p.member_id,
       {SOLD_AT.format("s", "o")} as sold_at, s.total
  from stage_receipts s join stage_place o on o.code = s.store join loyalty_stores_store k on k.id = o.store_id
  join loyalty_stores_till d on d.store_id = o.store_id and d.code = %(till)s
  left join stage_person p on p.number = s.member where s.fate = 'new' {_BATCH}
"""
_LINES = """
select s.at_receipt as place, s.line, s.sku, s.name, s.quantity, s.unit_price, coalesce(s.discount, 0) as discount, s.total
  from stage_receipt_lines s where s.at_receipt > %(low)s and s.at_receipt <= %(high)s
"""


@dataclass(frozen=True, slots=True)
class Move:
    """An import that is being applied: what was found, its row, who does it, and whom to tell how far it is."""

    look: Look
    into: Import
    by: Actor
    at: datetime
    tell: Callable[[str, int, int], None]

    def in_batches(self, file: File, step: Callable[[dict[str, Any]], object]) -> None:
        """Take what is new in a file in pieces, each in a transaction of its own."""
        size, done, low = TOGETHER[file], 0, 0
        sql.run(f"create index on {file.table} (at_line) where fate = 'new'")
        sql.run(f"analyze {file.table}")
        while (found := _next(file, low, size))["count"]:
            with transaction.atomic():
                step({"low": low, "high": found["high"], "at": self.at, "salt": salt(), "till": tills.MOVED_IN})
                self.note(file, found["count"])
                failpoint.here("import_batch")
            failpoint.here("import_batch_committed")
            done, low = done + found["count"], found["high"]
            self.tell(file.name, done, self.look.totals[file].new)

    def note(self, file: File, count: int) -> None:
        """Write down that so many more rows of a file are in."""
        sql.run(
            "update loyalty_imports_file set done = done + %s where of_id = %s and name = %s",
            [count, self.into.pk, file.name],
        )


def _laid_out(query: str, params: Mapping[str, Any]) -> str:
    """Lay a batch out in a table of its own, of which the database then knows how large it is, and plans accordingly."""
    sql.run("drop table if exists pg_temp.stage_batch")
    sql.run(f"create temp table stage_batch on commit drop as {query}", params)
    sql.run("analyze stage_batch")
    return "select * from stage_batch"


def _next(file: File, low: int, size: int) -> Mapping[str, Any]:
    return sql.fetch(
        dict,
        f"""select max(at_line) as high, count(*) as count from (
              select at_line from {file.table} where fate = 'new' and at_line > %s order by at_line limit %s) t""",
        [low, size],
    )[0]


def run_all(move: Move) -> None:
    """Carry everything over, in the order in which the files lean on each other."""
    steps = {
        STORES: _move_stores,
        GOODS: _move_goods,
        MEMBERS: _move_members,
        CARDS: _move_cards,
        BALANCES: _move_points,
        RECEIPTS: _move_receipts,
    }
    for file, step in steps.items():
        if file in move.look.totals and move.look.totals[file].new:
            step(move)


@transaction.atomic
def _move_stores(move: Move) -> None:
    """Partners and stores: few, so all at once."""
    zone = str(move.look.context.zone)
    found = sql.fetch(
        dict, "select code, name, time_zone, partner from stage_stores where fate = 'new' order by at_line"
    )
    by_partner: dict[str, list[StoreRow]] = {}
    for row in found:
        by_partner.setdefault(row["partner"], []).append(StoreRow(row["code"], row["name"], row["time_zone"] or zone))
    for code, rows in by_partner.items():
        stores.add_stores(_partner(code, move), rows, by=move.by, at=move.at)
    move.note(STORES, len(found))


def _partner(code: str, move: Move) -> Partner:
    """The partner of this code, made when it is new; without a code the only one there is."""
    known = list(Partner.objects.filter(code=code) if code else Partner.objects.order_by("id")[:1])
    if known:
        return known[0]
    return stores.add_partner(code or "main", name=code or programmes.get().name, by=move.by, at=move.at)


def _move_goods(move: Move) -> None:
    known = {group.code for group in goods_queries.list_groups()}
    groups, _ = tree.grow(path for path in queries.list_paths())
    if new := [group for group in groups if group.code not in known]:
        goods.add_groups(new, by=move.by, at=move.at)
    move.in_batches(GOODS, lambda batch: _add_goods(move, batch))


def _add_goods(move: Move, batch: Mapping[str, Any]) -> None:
    rows = sql.fetch(
        dict,
        f"""select sku, name, brand, regexp_replace(groups, '^.*/', '') as "group", coalesce(price, 0) as unit_price
              from stage_goods s where fate = 'new' {_BATCH} order by at_line""",
        batch,
    )
    goods.add_products((ProductRow(**row) for row in rows), by=move.by, at=move.at)


def _move_members(move: Move) -> None:
    """People with their consent: nobody is ever there without it."""
    sql.run(_PLACES)
    mode = programmes.get_consent_mode(DOOR)
    move.in_batches(MEMBERS, lambda batch: _add_members(move, batch, mode))
    if CONSENTS in move.look.totals:
        move.note(CONSENTS, move.look.totals[CONSENTS].new)


def _add_members(move: Move, batch: Mapping[str, Any], mode: str) -> None:
    made = members.add_members(_laid_out(_PEOPLE, batch), batch, source=SOURCE, by=move.by, at=move.at)
    ids = [one.member_id for one in made]
    sql.run(_ARRIVE, {**batch, "numbers": [one.external_number for one in made], "ids": ids})
    if CONSENTS in move.look.seen:
        subscriptions.begin_as_told(_CONSENT, batch, source=SOURCE, by=move.by, at=move.at)
    else:
        consent.begin(ids, mode=mode, by=move.by, at=move.at)


def _move_cards(move: Move) -> None:
    move.in_batches(CARDS, lambda batch: cards.add_cards(_laid_out(_CARDS, batch), batch, by=move.by, at=move.at))


def _move_points(move: Move) -> None:
    move.in_batches(
        BALANCES, lambda batch: points.add_lots(_laid_out(_LOTS, batch), batch, source=SOURCE, by=move.by, at=move.at)
    )


def _move_receipts(move: Move) -> None:
    sql.run(_PLACES)
    used = (
        "select distinct p.store_id from stage_receipts s join stage_place p on p.code = s.store where s.fate = 'new'"
    )
    tills.add_past_tills([int(row["store_id"]) for row in sql.fetch(dict, used)], by=move.by, at=move.at)
    store_queries.forget()
    operation_id = _operation(move)
    move.in_batches(
        RECEIPTS,
        lambda batch: purchases.add_receipts(
            _laid_out(_RECEIPTS, batch), _LINES, batch, source=SOURCE, operation_id=operation_id, by=move.by, at=move.at
        ),
    )
    if LINES in move.look.totals:
        move.note(LINES, move.look.totals[LINES].new)


@transaction.atomic
def _operation(move: Move) -> int:
    """The one operation that stands behind all receipts of the past: they move no points."""
    key, batch = operations.key(SOURCE, "receipts", {}), sql.Batch()
    operations.add_open(batch, key, kind=OperationKind.MOVED_IN, member_id=None, by=move.by, at=move.at)
    batch.add("select id from loyalty_points_operation where source = %s and external_key = %s", [SOURCE, "receipts"])
    return int(batch.send()[-1][0]["id"])
