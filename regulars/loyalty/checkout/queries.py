"""Everything a receipt needs to be priced, in one round trip."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import phone, sql
from regulars.kit.refusal import Refusal
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.goods import queries as goods
from regulars.loyalty.goods.queries import ProductAt
from regulars.loyalty.programme import queries as programme

_MEMBER = "m.id as member_id, m.public_id, m.first_name, m.state as member_state, b.available"
# What can be used is a matter of time: activation and expiry may not have been posted yet.
# Members for tests are seen by keys for tests, and by nobody else.
_JOINED = """left join lateral (
      select * from loyalty_members_member m
       where m.id = {member} and (m.registered_via = 'test_key') = {for_tests} {lock}) m on true
    left join lateral (
      select coalesce(sum(l.remaining - l.held), 0)::bigint as available from loyalty_points_lot l
       where l.member_id = m.id and l.currency_id = %s and l.remaining > 0 and l.remaining > l.held
         and (l.is_active or l.activates_at <= %s) and (l.expires_at is null or l.expires_at > %s)) b on true"""
_BY: Mapping[str, str] = {
    "card": f"select {_MEMBER}, k.state as card_state from loyalty_cards_card k {_JOINED} where k.number = %s {{lock_k}}",
    "phone": f"""select {_MEMBER}, 'active' as card_state from loyalty_members_identifier k {_JOINED}
       where k.kind = {{phone}} and k.value = %s {{lock_k}}""",
    "member": f"""select {_MEMBER}, 'active' as card_state from loyalty_members_member k {_JOINED}
       where k.public_id = %s {{lock_k}}""",
}
_MEMBER_OF = {"card": "k.member_id", "phone": "k.member_id", "member": "k.id"}


type Places = tuple[int, int | None]


class CardUnknown(Refusal):
    """No card has this number."""

    code = "card_unknown"


class CardBlocked(Refusal):
    """The card was blocked."""

    code = "card_blocked"


class CustomerUnknown(Refusal):
    """Nobody in the programme is known by this."""

    code = "customer_unknown"


class AccountBlocked(Refusal):
    """The member's account was blocked: nothing is earned or spent."""

    code = "account_blocked"


@dataclass(frozen=True, slots=True)
class Customer:
    """The member a till identified; `available` points can be used now, `is_active_card` decides whether they may be."""

    member_id: int
    public_id: str
    first_name: str
    available: int
    is_active_card: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Who buys, and what is known about the goods."""

    customer: Customer | None
    products: Mapping[str, ProductAt]

    def name_of(self, line: BasketLine) -> str:
        """What stands on the receipt: the till's name of the goods, else ours, else the number."""
        known = self.products.get(line.sku)
        return line.name or (known.name if known else line.sku)


def add_facts(batch: sql.Batch, basket: Basket, *, for_tests: bool, lock: bool, at: datetime) -> Places:
    """Add the looking-up of goods and customer to a batch; with `lock` nobody can block or leave meanwhile.

    With `for_tests` only members whom such a key registered are found, else only the others.
    """
    products = goods.add_find_by_sku(batch, sorted({line.sku for line in basket.lines}))
    if basket.customer is None:
        return products, None
    kind, value = basket.customer.kind, basket.customer.value
    if kind == "phone":
        value = _phone(value)
    statement = _BY[kind].format(
        member=_MEMBER_OF[kind],
        lock="for share of m" if lock else "",
        lock_k="for share of k" if lock else "",
        for_tests="true" if for_tests else "false",
        phone="'test_phone'" if for_tests else "'phone'",
    )
    return products, batch.add(statement, [programme.get_currency().pk, at, at, value])


def _phone(scan: str) -> str:
    try:
        return phone.normalise(scan, programme.get().region)
    except phone.BadPhone as error:
        raise phone.BadPhone(error.message, field="customer") from error


def names_now(answers: list[list[dict[str, Any]]], places: Places) -> dict[str, str]:
    """What the customer is called at present, by public id, for repeats of an old request."""
    rows = answers[places[1]] if places[1] is not None else []
    return {row["public_id"]: row["first_name"] for row in rows if row["public_id"]}


def read_facts(answers: list[list[dict[str, Any]]], places: Places, basket: Basket) -> Facts:
    """Read what came back. Raises `CardUnknown`, `CardBlocked`, `CustomerUnknown`, `AccountBlocked`."""
    asked, who = places
    products = goods.read_products(answers[asked])
    if who is None or basket.customer is None:
        return Facts(None, products)
    rows = answers[who]
    return Facts(_customer(rows[0] if rows else None, basket.customer), products)


def _customer(row: dict[str, Any] | None, by: Identifier) -> Customer:
    if row is None and by.kind == "card":
        raise CardUnknown("No card has this number. Check it, or ask for the phone number.", field="customer")
    if row is not None and row["card_state"] == "blocked":
        raise CardBlocked("This card is blocked. Ask for the phone number, or sell without a card.", field="customer")
    if row is None or row["member_id"] is None or row["member_state"] == "gone":
        raise CustomerUnknown("Nobody in the programme is known by this. Sell without a card.", field="customer")
    if row["member_state"] == "blocked":
        raise AccountBlocked("This account is blocked. Sell without a card.", field="customer")
    return Customer(
        member_id=row["member_id"],
        public_id=row["public_id"],
        first_name=row["first_name"],
        available=row["available"] or 0,
        is_active_card=row["card_state"] == "active",
    )


def find_customer(identifier: Identifier, *, for_tests: bool, at: datetime) -> Customer:
    """The member behind a scan, for the till's strip; see `add_facts`. Raises as `read_facts` does."""
    basket = Basket(lines=(), sold_at=programme.get().created_at, currency="", customer=identifier)
    batch = sql.Batch()
    places = add_facts(batch, basket, for_tests=for_tests, lock=False, at=at)
    facts = read_facts(batch.send(), places, basket)
    assert facts.customer is not None
    return facts.customer
