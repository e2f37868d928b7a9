"""From a line of the data to a legal line of a receipt: whole cents, thousandths, or the reason against it."""

from regulars.kit.refusal import Refusal
from regulars.management.demo.shopping import line_amount

LARGEST_COUNT = 1000


class NotALine(Refusal):
    """The line cannot stand on a receipt; the message is the reason that is counted and shown."""

    code = "not_a_line"


def quantity_thousandths(quantity: int, shelf_minor: int) -> int:
    """Read a quantity: pieces below 1,000, thousandths (litres, gallons, kilograms) above, and 0 counts as one piece.

    A few fills of petrol are smaller than one gallon and stand below 1,000. They are told by their price: a piece that
    would cost less than a cent is no piece. Raises `NotALine` for less than nothing.
    """
    if quantity < 0:
        raise NotALine("quantity below zero")
    is_measured = quantity > LARGEST_COUNT or 0 < shelf_minor < quantity
    return quantity if is_measured else max(quantity, 1) * 1000


def price_and_discount(quantity: int, paid_minor: int, discount_minor: int) -> tuple[int, int, int]:
    """Turn what was paid and what the store took off into thousandths, unit price and till's discount (cents).

    Always price × quantity − discount = paid, to the cent. Where the shelf price is no whole number of cents (three for
    a dollar), the nearest cent is taken and the difference goes into the till's discount; when that would make the
    discount negative, the next cent up. Raises `NotALine`.
    """
    if paid_minor < 0:
        raise NotALine("price below zero")
    if discount_minor < 0:
        raise NotALine("discount below zero")
    shelf_minor = paid_minor + discount_minor
    thousandths = quantity_thousandths(quantity, shelf_minor)
    unit_price = (shelf_minor * 1000 + thousandths // 2) // thousandths
    if line_amount(unit_price, thousandths) < paid_minor:
        unit_price = -(-paid_minor * 1000 // thousandths)
    return thousandths, unit_price, line_amount(unit_price, thousandths) - paid_minor
