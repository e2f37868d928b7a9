"""What tills send: strict whole numbers, texts without NUL, no unknown fields; money in minor units, quantities in thousandths."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from regulars.loyalty.checkout import scans
from regulars.loyalty.checkout.basket import MAX_LINES, Basket, BasketLine, Tender
from regulars.loyalty.checkout.payment import MAX, Wanted
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.points.actions import MAX_POINTS


def _in_utc(moment: datetime) -> datetime:
    """PostgreSQL knows no offsets beyond 16 hours, and one instant written in two zones is one body."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise PydanticKnownError("datetime_parsing", {"error": "out of range"}) from error


def _as_text(value: Any) -> Any:
    """Let only texts pass: a bare number would be read as seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("a time is a text with its offset from UTC, as 2026-11-24T09:00:00Z")
    return value


def _as_points(value: Any) -> Any:
    """One complaint about one field, whatever was sent: a union would complain once for each of its members."""
    if value == MAX or (type(value) is int and 0 <= value <= MAX_POINTS):
        return value
    raise PydanticCustomError("points_wanted", f"must be a whole number between 0 and {MAX_POINTS}, or “max”")


Moment = Annotated[AwareDatetime, BeforeValidator(_as_text), AfterValidator(_in_utc)]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Quote = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Amount = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Quantity = Annotated[int, Field(strict=True, gt=0, le=10**9)]
Points = Annotated[
    Any,
    BeforeValidator(_as_points),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0, "maximum": MAX_POINTS}, {"const": MAX}]}),
]
TenderType = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_.\-]*$")]
PurchaseId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:\-]+$")]


class Body(BaseModel):
    """The base of what a till sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LineBody(Body):
    """One line of the receipt."""

    number: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    sku: Code
    name: Text = ""
    quantity: Quantity = Field(description="In thousandths: 1000 is one piece, 250 is a quarter of a kilogram.")
    unit_price: Amount = Field(description="In minor units of the programme's money.")
    till_discount: Amount = Field(default=0, description="What the till took off the whole line by itself.")


class TenderBody(Body):
    """How much was paid, and how."""

    type: TenderType = Field(
        description="Your own code, in small letters: cash, card, … Only `points` means something to us."
    )
    amount: Amount


class BasketBody(Body):
    """A receipt in the making."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")]
    sold_at: Moment
    customer: Code | None = Field(default=None, description="The raw scan: card number, phone or member's id.")
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=MAX_LINES)]

    def basket(self, quote: str = "", tenders: list[TenderBody] | None = None) -> Basket:
        """The basket as the checkout knows it."""
        return Basket(
            lines=tuple(BasketLine(**line.model_dump()) for line in self.lines),
            sold_at=self.sold_at,
            currency=self.currency,
            customer=self._identifier(),
            quote=quote,
            tenders=tuple(Tender(tender.type, tender.amount) for tender in tenders or []),
        )

    def _identifier(self) -> Identifier | None:
        if self.customer is None:
            return None
        return scans.read(self.customer) or Identifier("card", self.customer)


class ReserveBody(BasketBody):
    """A receipt in the making, and how many of the customer's points shall wait for it."""

    quote: Quote = ""
    points: Points = Field(
        description="In the smallest unit, or max: as many as can pay. 0 gives back what was reserved."
    )

    def as_basket(self) -> Basket:
        """The basket with its quote."""
        return self.basket(self.quote)

    def wanted(self) -> Wanted:
        """The points as the checkout knows them."""
        told: Wanted = self.points
        return told


class ConfirmBody(BasketBody):
    """The whole receipt again, with the quote it was promised and how it was paid."""

    quote: Quote = ""
    tenders: Annotated[list[TenderBody], Field(max_length=20)] = Field(default_factory=list)

    def as_basket(self) -> Basket:
        """The basket with quote and tenders."""
        return self.basket(self.quote, self.tenders)


class RegisterBody(Body):
    """Somebody who joins at the counter."""

    phone: Annotated[str, Field(min_length=3, max_length=30, pattern=r"^[^\x00]+$")]
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    locale: Annotated[str, Field(pattern=r"^(en|ru)$")] = "en"
    consents: bool | None = Field(
        default=None, description="The customer's answer about mailings; null: the question was not shown."
    )

    def profile(self) -> Profile:
        """What the customer says about themselves."""
        return Profile(
            phone=self.phone,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            locale=self.locale,
        )
