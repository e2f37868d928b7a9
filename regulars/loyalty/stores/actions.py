"""Adds partners and stores, opens and closes tills."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict
from regulars.kit.text import tidy
from regulars.loyalty.programme import zones
from regulars.loyalty.stores import queries
from regulars.loyalty.stores.events import PartnerAdded, StoresAdded, TillClosed, TillsOpened
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.loyalty.stores.rows import StoreRow, TillRow

_ADD_STORES = """
insert into loyalty_stores_store (public_id, partner_id, code, name, time_zone)
select public_id, %s, code, name, zone
  from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as given (public_id, code, name, zone)
on conflict (partner_id, code) do nothing
returning code
"""
_OPEN_TILLS = """
insert into loyalty_stores_till (public_id, store_id, code, name, is_open)
select public_id, store_id, code, name, true
  from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]) as given (public_id, store_id, code, name)
on conflict (store_id, code) do nothing
returning public_id
"""


class CodeTaken(Conflict):
    """Another one has that code already."""

    code = "code_taken"


@transaction.atomic
def add_partner(code: str, *, name: str, by: Actor, at: datetime) -> Partner:
    """Add a company to the programme; raises `CodeTaken`."""
    partner, is_new = Partner.objects.get_or_create(
        code=code, defaults={"public_id": ids.new("par"), "name": tidy(name)}
    )
    if not is_new:
        raise CodeTaken(f"There is already a partner “{code}”.", field="code")
    journal.record(PartnerAdded(partner.id), by=by, at=at)
    return partner


@transaction.atomic
def add_store(partner: Partner, *, code: str, name: str, time_zone: str, by: Actor, at: datetime) -> Store:
    """Add one store; `code` is the retailer's own number. Raises `CodeTaken`, `UnknownTimeZone`."""
    if not add_stores(partner, [StoreRow(code, name, time_zone)], by=by, at=at):
        raise CodeTaken(f"{partner} already has a store “{code}”.", field="code")
    return Store.objects.get(partner=partner, code=code)


@transaction.atomic
def add_stores(partner: Partner, rows: Iterable[StoreRow], *, by: Actor, at: datetime) -> list[str]:
    """Add many stores with one statement; stores already there are left alone. Answers the codes that are new."""
    given = list(rows)
    columns = [
        [ids.new("sto") for _ in given],
        [row.code for row in given],
        [tidy(row.name) for row in given],
        [zones.checked(row.time_zone) for row in given],
    ]
    codes = [str(row["code"]) for row in sql.fetch(dict, _ADD_STORES, [partner.id, *columns])]
    if codes:
        journal.record(StoresAdded(partner.id, tuple(codes)), by=by, at=at)
    return codes


@transaction.atomic
def open_till(store: Store, *, code: str, name: str, by: Actor, at: datetime) -> Till:
    """Put a till into service; its key is issued by `access`. Raises `CodeTaken`."""
    opened = open_tills([TillRow(store.id, code, name)], by=by, at=at)
    if not opened:
        raise CodeTaken(f"{store} already has a till “{code}”.", field="code")
    return Till.objects.get(public_id=opened[0])


@transaction.atomic
def open_tills(rows: Iterable[TillRow], *, by: Actor, at: datetime) -> list[str]:
    """Put many tills into service with one statement; tills already there are left alone. Answers new public ids."""
    given = list(rows)
    columns = [
        [ids.new("til") for _ in given],
        [row.store_id for row in given],
        [row.code for row in given],
        [tidy(row.name) for row in given],
    ]
    opened = [str(row["public_id"]) for row in sql.fetch(dict, _OPEN_TILLS, columns)]
    if opened:
        journal.record(TillsOpened(tuple(opened)), by=by, at=at)
    return opened


@transaction.atomic
def close_till(till: Till, *, by: Actor, at: datetime) -> bool:
    """Take a till out of service; said once: a repeat answers False. Other processes follow within a minute."""
    if not Till.objects.filter(id=till.id, is_open=True).update(is_open=False):
        return False
    journal.record(TillClosed(till.public_id), by=by, at=at)
    queries.forget()
    transaction.on_commit(queries.forget)
    return True
