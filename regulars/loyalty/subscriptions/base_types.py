"""The mailing types that exist from the start; a partner's own types are made from one of them."""

from dataclasses import dataclass

MAILINGS, SYSTEM, ACCRUAL, PAYMENT, REFUND, TOP_UP, OFFERS = (
    "mailings",
    "system",
    "accrual",
    "payment",
    "refund",
    "top_up",
    "offers",
)


@dataclass(frozen=True, slots=True)
class BaseType:
    """A mailing type that is always there; read-only cells are on and cannot be refused."""

    code: str
    name: str
    is_read_only: bool = False


BASE_TYPES = (
    BaseType(MAILINGS, "Mailings"),
    BaseType(SYSTEM, "System messages", is_read_only=True),
    BaseType(ACCRUAL, "Points credited"),
    BaseType(PAYMENT, "Points spent"),
    BaseType(REFUND, "Refunds"),
    BaseType(TOP_UP, "Top-ups"),
    BaseType(OFFERS, "Offers"),
)
