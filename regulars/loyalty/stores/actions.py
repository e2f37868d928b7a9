"""Adds partners and stores, opens and closes tills, and gives tills their keys."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from regulars.access import actions as access
from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import is_storable, tidy
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.programme import zones
from regulars.loyalty.stores import queries
from regulars.loyalty.stores.events import PartnerAdded, StoresAdded, TillClosed, TillReopened, TillsOpened
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.loyalty.stores.rows import StoreRow, TillRow

LONGEST_CODE, LONGEST_NAME = 40, 100
FOR_TESTS = " (tests)"
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


class CodeNotPossible(Refusal):
    """A code has one to forty characters, and none that cannot be seen."""

    code = "code_not_possible"


class PartnerUnknown(Refusal):
    """There is no such company, or several, and nobody said which."""

    code = "partner_unknown"


class NameNeeded(Refusal):
    """Partners, stores and tills have a name, of at most a hundred characters."""

    code = "name_needed"


class TillIsForTests(Refusal):
    """This till stands in for another one while somebody tests; it takes keys for tests only."""

    code = "till_is_for_tests"


@transaction.atomic
def add_partner(code: str, *, name: str, by: Actor, at: datetime) -> Partner:
    """Add a company to the programme; raises `CodeTaken`, `CodeNotPossible`, `NameNeeded`."""
    _check(code, name)
    partner, is_new = Partner.objects.get_or_create(
        code=code, defaults={"public_id": ids.new("par"), "name": tidy(name)}
    )
    if not is_new:
        raise CodeTaken(f"There is already a partner “{code}”.", field="code")
    journal.record(PartnerAdded(partner.id), by=by, at=at)
    return partner


@transaction.atomic
def add_store(partner: Partner, *, code: str, name: str, time_zone: str, by: Actor, at: datetime) -> Store:
    """Add one store; `code` is the retailer's own number.

    Raises `CodeTaken`, `CodeNotPossible`, `NameNeeded`, `UnknownTimeZone`.
    """
    _check(code, name)
    if not add_stores(partner, [StoreRow(code, name, time_zone)], by=by, at=at):
        raise CodeTaken(f"{partner} already has a store “{code}”.", field="code")
    return Store.objects.get(partner=partner, code=code)


@transaction.atomic
def add_first_store(company: str, *, code: str, name: str, time_zone: str, by: Actor, at: datetime) -> Store:
    """Add the company of a programme that has none, and its first store; the company's code is its name in small letters.

    Raises what `add_partner` and `add_store` raise, naming the field `company` for the company.
    """
    word = "-".join("".join(letter if letter.isalnum() else " " for letter in company.lower()).split())
    try:
        partner = add_partner(word[:LONGEST_CODE] or company, name=company, by=by, at=at)
    except (CodeTaken, CodeNotPossible, NameNeeded) as refusal:
        refusal.field = "company"
        raise
    return add_store(partner, code=code, name=name, time_zone=time_zone, by=by, at=at)


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
    """Put a till into service; `issue_key` makes its key. Raises `CodeTaken`, `CodeNotPossible`, `NameNeeded`."""
    _check(code, name)
    opened = open_tills([TillRow(store.id, code, name)], by=by, at=at)
    if not opened:
        raise CodeTaken(f"{store} already has a till “{code}”.", field="code")
    return Till.objects.get(public_id=opened[0])


@transaction.atomic
def provide_till(partner_code: str, *, store: str, till: str, by: Actor, at: datetime) -> Till:
    """The till with these codes, for scripts; what is missing of store and till, or of a first company, is added.

    A new store is in the programme's zone. Raises `CodeNotPossible`, `PartnerUnknown`, `NoProgramme`.
    """
    zone = programme.get().time_zone
    partners = Partner.objects.filter(code=partner_code) if partner_code else Partner.objects.all()
    known = list(partners.order_by("id")[:2])
    if not known and not partner_code:
        known = [add_partner("own", name=programme.get().name, by=by, at=at)]
    if len(known) != 1:
        raise PartnerUnknown("Say which company it is, by its code.", field="partner")
    place = Store.objects.filter(partner=known[0], code=store).first() or add_store(
        known[0], code=store, name=f"Store {store}", time_zone=zone, by=by, at=at
    )
    there = Till.objects.filter(store=place, code=till).first()
    return there or open_till(place, code=till, name=f"Till {till}", by=by, at=at)


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


@transaction.atomic
def reopen_till(till: Till, *, by: Actor, at: datetime) -> bool:
    """Put a till into service again; its keys that were not revoked work as before. Said once: a repeat answers False."""
    if not Till.objects.filter(id=till.id, is_open=False).update(is_open=True):
        return False
    journal.record(TillReopened(till.public_id), by=by, at=at)
    transaction.on_commit(queries.forget)
    return True


@transaction.atomic
def issue_key(till: Till, *, kind: str, by: Actor, at: datetime) -> str:
    """Make a key of a till and answer it, this once. `kind` is `test`, `team` or `live`.

    Keys for tests belong to a till of their own that stands in for this one: its receipts are numbered apart, count nowhere, and
    it sees only members that were registered with such a key. Raises `KindUnknown`, `TillIsForTests`.
    """
    if till.test_of_id is not None and kind != "test":
        raise TillIsForTests("Make this key at the till itself: here are only its keys for tests.", field="kind")
    holder = _stand_in(till, by=by, at=at) if kind == "test" else till
    return access.issue_till_key(holder.id, kind=kind, by=by, at=at)


def _stand_in(till: Till, *, by: Actor, at: datetime) -> Till:
    """The till that stands in for this one while somebody tests; opened when the first key needs it."""
    if till.test_of_id is not None:
        return till
    Till.objects.select_for_update().get(id=till.id)
    known = Till.objects.filter(test_of=till).first()
    if known is not None:
        return known
    made = open_till(till.store, code=f"{till.code}{FOR_TESTS}", name=f"{till.name}{FOR_TESTS}", by=by, at=at)
    Till.objects.filter(id=made.id).update(test_of=till)
    return made


def _check(code: str, name: str) -> None:
    """Refuse what people could not tell apart on a page. Imports bring what the retailer has and are not asked."""
    is_word = 0 < len(code) <= LONGEST_CODE and is_storable(code) and code == tidy(code)
    if not is_word:
        raise CodeNotPossible(f"A code has 1 to {LONGEST_CODE} characters.", field="code")
    if not is_storable(name) or not 0 < len(tidy(name)) <= LONGEST_NAME:
        raise NameNeeded(f"A name has 1 to {LONGEST_NAME} characters.", field="name")
