"""The draft basket: a signed value that the page itself carries, so that reloads and two tabs cannot mix sales up."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core import signing

from regulars.loyalty.checkout.basket import MAX_LINES, Basket, BasketLine, Tender
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.stores.queries import TillAt

ONE = 1_000
MOST = 100_000 * ONE
MOST_ACTS, MOST_REMEMBERED_LINES = 20, 500
_SALT = "regulars.till.basket"
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line while it is rung up; `id` stays the same as long as the line lives."""

    id: int
    sku: str
    name: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class State:
    """What one act changes and undo brings back: the lines, oldest first, and who buys."""

    lines: tuple[DraftLine, ...] = ()
    customer: Identifier | None = None
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A sale before it is paid: born with the purchase's number and key, so that paying twice happens once.

    `held_for` is the customer whose points wait for this purchase, `holds` how often points were asked for.
    """

    till: str
    purchase: str
    key: str
    state: State = State()
    past: tuple[State, ...] = ()
    sold_at: str = ""
    quote: str = ""
    held_for: Identifier | None = None
    holds: int = 0

    @classmethod
    def born(cls, till: TillAt, at: datetime) -> Self:
        """An empty basket; its number can be read on paper: the day, the time and four letters."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(4))
        number = f"{at.astimezone(ZoneInfo(till.time_zone)):%y%m%d-%H%M%S}-{letters}"
        return cls(till.till_public_id, number, secrets.token_urlsafe(16))

    @classmethod
    def read(cls, text: str, till: TillAt, at: datetime) -> Self:
        """The basket that a form carried; a new one if it was made elsewhere or cannot be read."""
        try:
            raw = signing.loads(text, salt=_SALT)
            owner, purchase, key, state, past, sold_at, quote, held_for, holds = raw
            earlier = tuple(map(_state, past))
            draft = cls(owner, purchase, key, _state(state), earlier, sold_at, quote, _known_by(held_for), holds)
        except (signing.BadSignature, TypeError, ValueError):
            return cls.born(till, at)
        return draft if draft.till == till.till_public_id else cls.born(till, at)

    def signed(self) -> str:
        """The basket as the page carries it."""
        past = [_packed(state) for state in self.past]
        raw: list[Any] = [self.till, self.purchase, self.key, _packed(self.state), past, self.sold_at, self.quote]
        raw += [_known(self.held_for), self.holds]
        return signing.dumps(raw, salt=_SALT, compress=True)

    def became(self, state: State) -> Self:
        """The basket after an act; an act that changes nothing is none. Undo goes back twenty acts, fewer if it is long."""
        if state == self.state:
            return self
        kept: list[State] = []
        lines = 0
        for earlier in (self.state, *reversed(self.past)):
            lines += len(earlier.lines)
            if len(kept) == MOST_ACTS or (kept and lines > MOST_REMEMBERED_LINES):
                break
            kept.append(earlier)
        return replace(self, state=state, past=tuple(reversed(kept)), sold_at="", quote="")

    def undone(self) -> Self:
        """The basket before the last act."""
        return replace(self, state=self.past[-1], past=self.past[:-1], sold_at="", quote="") if self.past else self

    def add(self, sku: str, name: str, unit_price: int) -> Self:
        """Ring up one piece: on the line that is there already, else on a new one."""
        lines = list(self.state.lines)
        same = next((line for line in lines if (line.sku, line.unit_price) == (sku, unit_price)), None)
        if same is not None:
            lines.remove(same)
            line = replace(same, quantity=min(same.quantity + ONE, MOST))
        else:
            line = DraftLine(max((line.id for line in lines), default=0) + 1, sku, name, ONE, unit_price)
        return self.became(replace(self.state, lines=(*lines, line), newest=line.id))

    def count(self, quantities: dict[int, int]) -> Self:
        """Change the quantities of lines, in thousandths; nothing left of a line takes it off."""
        lines = tuple(
            replace(line, quantity=min(quantities.get(line.id, line.quantity), MOST)) for line in self.state.lines
        )
        return self.became(replace(self.state, lines=tuple(line for line in lines if line.quantity > 0)))

    def sold_to(self, customer: Identifier | None) -> Self:
        """Put a customer on the basket, or nobody."""
        return self.became(replace(self.state, customer=customer))

    def holding(self) -> Self:
        """The basket for which points of its customer wait."""
        return replace(self, held_for=self.state.customer, holds=self.holds + 1)

    def renumbered(self, till: TillAt, at: datetime) -> Self:
        """The same basket as another purchase, for which nothing is held."""
        other = self.born(till, at)
        return replace(self, purchase=other.purchase, key=other.key, sold_at="", quote="", held_for=None, holds=0)

    def is_full(self) -> bool:
        """Whether no further line fits on one receipt."""
        return len(self.state.lines) >= MAX_LINES

    def as_basket(self, currency: str, sold_at: datetime, tenders: Iterable[Tender] = ()) -> Basket:
        """The basket as the checkout knows it, with the promised price if there is one."""
        lines = tuple(
            BasketLine(number, line.sku, line.name, line.quantity, line.unit_price)
            for number, line in enumerate(self.state.lines, start=1)
        )
        return Basket(lines, sold_at, currency, self.state.customer, self.quote, tuple(tenders))


def _packed(state: State) -> list[Any]:
    return [[list(asdict(line).values()) for line in state.lines], _known(state.customer), state.newest]


def _state(raw: list[Any]) -> State:
    lines, customer, newest = raw
    return State(tuple(DraftLine(*line) for line in lines), _known_by(customer), newest)


def _known(customer: Identifier | None) -> list[Any] | None:
    return [customer.kind, customer.value] if customer else None


def _known_by(raw: list[Any] | None) -> Identifier | None:
    return Identifier(*raw) if raw else None
