"""Folders of files for tests, and what stands in the programme afterwards, without the ids that differ each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from regulars.kit import sql
from regulars.loyalty.imports import actions, queries
from regulars.loyalty.imports.outcome import Look, RowError, Totals
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.queries import find_by_identifier
from regulars.management import sample
from regulars.management.sample import Sample
from tests.make import AT, BY

UNTIL = date(2026, 11, 20)
_STATE = {
    "members": """select i.value, m.state, m.first_name, m.last_name, m.birth_date, m.locale, m.city, m.registered_at, s.code
                    from loyalty_members_member m join loyalty_members_identifier i on i.member_id = m.id and i.kind = 'external'
                    left join loyalty_stores_store s on s.id = m.store_id order by 1""",
    "identifiers": """select e.value, i.kind, i.value as own from loyalty_members_identifier i
                        join loyalty_members_identifier e on e.member_id = i.member_id and e.kind = 'external' order by 1, 2, 3""",
    "cards": """select c.number, c.state, i.value, s.code from loyalty_cards_card c
                  join loyalty_cards_series s on s.id = c.series_id
                  left join loyalty_members_identifier i on i.member_id = c.member_id and i.kind = 'external' order by 1""",
    "lots": """select i.value, l.amount, l.remaining, l.activates_at, l.expires_at, l.is_active from loyalty_points_lot l
                 join loyalty_members_identifier i on i.member_id = l.member_id and i.kind = 'external' order by 1, 2, 3, 4, 5""",
    "balances": """select i.value, b.available, b.pending from loyalty_points_balance b
                     join loyalty_members_identifier i on i.member_id = b.member_id and i.kind = 'external' order by 1""",
    "consents": """select i.value, e.recorded_at, e.cause, e.cells::text, e.wording, e.reason from loyalty_subscriptions_entry e
                     join loyalty_members_identifier i on i.member_id = e.member_id and i.kind = 'external' order by 1, e.id""",
    "choices": """select i.value, c.mailing_type_id, c.channels_on, c.changed_at from loyalty_subscriptions_choice c
                    join loyalty_members_identifier i on i.member_id = c.member_id and i.kind = 'external' order by 1, 2""",
    "receipts": """select s.code, t.code as till, p.number, p.sold_at, p.confirmed_at, p.total, p.till_discount, p.amount, i.value
                     from loyalty_purchases_purchase p join loyalty_stores_till t on t.id = p.till_id
                     join loyalty_stores_store s on s.id = p.store_id
                     left join loyalty_members_identifier i on i.member_id = p.member_id and i.kind = 'external' order by 1, 3""",
    "lines": """select p.number as receipt, l.number, l.sku, l.name, l.quantity, l.unit_price, l.total, l.till_discount
                  from loyalty_purchases_line l join loyalty_purchases_purchase p on p.till_id = l.till_id and p.id = l.purchase_id
                 order by 1, 2""",
    "goods": "select sku, name, brand, groups, unit_price from loyalty_goods_product order by 1",
    "groups": "select g.code, g.name, p.code as above from loyalty_goods_productgroup g left join loyalty_goods_productgroup p"
    " on p.id = g.parent_id order by 1",
    "tills": "select s.code, t.code as till, t.is_open from loyalty_stores_till t join loyalty_stores_store s on s.id = t.store_id"
    " order by 1, 2",
}
_TABLES = "select tablename as name from pg_tables where schemaname = 'public' order by 1"


def write(folder: Path, **contents: str) -> Path:
    """Files by name without ending; blanks at the beginning of lines are for the reader."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        lines = [line.strip(" ") for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def town(folder: Path, *, members: int = 60, wrong: int = 0, seed: int = 1) -> Path:
    """The invented programme, small."""
    sample.write(folder, Sample(members=members, seed=seed, until=UNTIL, wrong=wrong))
    return folder


@contextmanager
def looked(folder: Path) -> Iterator[Look]:
    """A folder that was looked at, at the tests' instant."""
    with actions.look(folder, at=AT) as found:
        yield found


def look(folder: Path) -> tuple[dict[str, Totals], list[RowError]]:
    """Totals by file, and all errors."""
    with looked(folder) as found:
        return {file.name: totals for file, totals in found.totals.items()}, list(queries.list_errors())


def apply(folder: Path, *, skip_wrong: bool = False) -> int:
    """Move a folder in; answers how many rows were new."""
    with actions.look(folder, is_to_apply=True, at=AT) as found:
        return actions.apply(found, skip_wrong=skip_wrong, by=BY, at=AT)


def state() -> dict[str, list[dict[str, Any]]]:
    """What the programme knows, by the numbers of the other system."""
    return {name: sql.fetch(dict, statement) for name, statement in _STATE.items()}


def rows_of_all_tables() -> dict[str, int]:
    """How many rows each table has."""
    tables = [row["name"] for row in sql.fetch(dict, _TABLES)]
    counts = ", ".join(f"(select count(*) from {table}) as {table}" for table in tables)
    return dict(sql.fetch(dict, f"select {counts}")[0])


def member(number: str) -> Member:
    """The member with this number in the other system."""
    found = find_by_identifier("external", number)
    assert found is not None, number
    return found
