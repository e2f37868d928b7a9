"""What the demo's front page says about itself: the newest receipt, and figures that are counted at most twice a minute."""

import time
from typing import TYPE_CHECKING

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.points import queries as points
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.stores import queries as stores
from regulars.messages import queries as messages
from regulars.web.shell import figures
from regulars.web.shell.channels import look
from regulars.web.shell.faces import Receipt, ReceiptLine

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

KEPT_S = 30.0
LINES = 6
TIMES = 5
_kept: dict[str, tuple[float, list[dict[str, str]]]] = {}


def newest_receipt(member: "Member") -> Receipt | None:
    """The member's newest receipt as paper shows it, cut to its first lines."""
    found = next(iter(purchases.list_for_member(member.pk, 1)), None)
    story = purchases.find_story(found.public_id) if found else None
    if story is None:
        return None
    bought = story.purchase
    return Receipt(
        store=stores.get_till(bought.till_id).store_name,
        number=bought.number,
        at=bought.sold_at,
        lines=[ReceiptLine(line.name or line.sku, line.quantity, line.total) for line in story.lines[:LINES]],
        total=bought.total,
        points=bought.points_earned,
        member=member.first_name,
    )


def speed(member: "Member | None", currency: str) -> list[dict[str, str]]:
    """Receipts, how long pricing one takes here, the sum of the ledger and the messages; counted anew after 30 s."""
    language = get_language() or "en"
    known = _kept.get(language)
    if known is None or time.monotonic() - known[0] > KEPT_S:
        counted = [*_receipts(), *(_pricing(member, currency) if member else []), _ledger(), *_messages()]
        _kept[language] = known = (time.monotonic(), counted)
    return known[1]


def forget() -> None:
    """Count anew at the next look."""
    _kept.clear()


def _receipts() -> list[dict[str, str]]:
    count = purchases.count_totals().count
    return [{"value": figures.number(count), "label": ngettext("receipt", "receipts", count)}]


def _pricing(member: "Member", currency: str) -> list[dict[str, str]]:
    """Price the member's newest receipt a few times over, as a till would ask; nothing is written."""
    found = next(iter(purchases.list_for_member(member.pk, 1)), None)
    story = purchases.find_story(found.public_id) if found else None
    if story is None or not story.lines:
        return []
    lines = tuple(
        BasketLine(line.number, line.sku, line.name, line.quantity, line.unit_price, line.till_discount)
        for line in story.lines
    )
    basket = Basket(lines, story.purchase.sold_at, currency)
    till, took = stores.get_till(story.purchase.till_id), []
    for _again in range(TIMES):
        began = time.perf_counter()
        checkout.calculate("speed", basket, till=till, at=clock.now())
        took.append(time.perf_counter() - began)
    label = ngettext("to price %(n)s line", "to price %(n)s lines", len(lines)) % {"n": figures.number(len(lines))}
    return [{"value": f"{min(took) * 1000:.1f} ms", "label": label}]


def _ledger() -> dict[str, str]:
    audit = points.audit()
    value = _("sum %(sum)s") % {"sum": figures.number(audit.sum_of_entries)}
    return {"value": value, "label": _("in the ledger of points") if audit.holds() else _("in a ledger that is off")}


def _messages() -> list[dict[str, str]]:
    words = {
        "delivered": _("delivered"), "read": _("read"), "queued": _("waiting"), "claimed": _("waiting"),
        "submitting": _("on its way"), "accepted": _("on its way"), "skipped": _("not sent: no consent"),
        "cancelled": _("called off"), "failed": _("failed"), "expired": _("too late"), "unknown": _("fate unknown"),
    }  # fmt: skip
    counted: dict[str, int] = {}
    for channel, states in messages.count_by_state().items():
        for state, count in states.items():
            label = f"{look(channel).name} {words.get(state, state)}"
            counted[label] = counted.get(label, 0) + count
    return [{"value": figures.number(count), "label": label} for label, count in counted.items()]
