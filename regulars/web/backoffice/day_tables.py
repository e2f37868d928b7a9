"""The tables of today's page: last receipts, messages by state, who hears mailings by which channel."""

from collections.abc import Callable, Iterator

from django.db.models import Count, Max
from django.http import HttpRequest
from django.utils.html import format_html

from regulars.loyalty.members.models import Member
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores.models import Store
from regulars.messages.models import Message, MessageState
from regulars.web.backoffice import amounts, columns, day_sums, scopes
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.periods import Period
from regulars.web.shell import figures
from regulars.web.shell.channels import look

SHOWN = 8
WINDOW = 20_000
CHANNELS = ("sms", "email", "push", "viber", "social")


def list_tables(request: HttpRequest, period: Period, may: Callable[[str], bool]) -> Iterator[Table]:
    """Those of the rooms that the employee may look into."""
    if may("purchases"):
        yield _last_purchases(request, period, names=may("members"))
    if may("messages"):
        yield _messages(request, period)
    if may("subscriptions"):
        yield _consent()


def _last_purchases(request: HttpRequest, period: Period, *, names: bool) -> Table:
    found = Purchase.objects.filter(confirmed_at__gte=period.since, confirmed_at__lte=period.until)
    partner_id = scopes.partner_of(request)
    last = list(
        (found if partner_id is None else found.filter(partner_id=partner_id)).order_by("-confirmed_at")[:SHOWN]
    )
    stores = Store.objects.in_bulk({each.store_id for each in last})
    people = Member.objects.in_bulk({each.member_id for each in last if each.member_id}) if names else {}
    rows = [
        [
            figures.moment(each.sold_at),
            str(stores.get(each.store_id, each.store_id)),
            str(people.get(each.member_id, "a member")) if each.member_id else columns.NOTHING,
            amounts.in_money(each.total),
            amounts.in_points(each.points_earned, signed=True),
        ]
        for each in last
    ]
    heads = ["Sold", "Store", "Member", "Paid", "Points"]
    return Table("Last receipts", heads, rows, "No receipt yet. Sell something at the till.", figures=frozenset({3, 4}))


def _messages(request: HttpRequest, period: Period) -> Table:
    newest = Message.objects.aggregate(newest=Max("id"))["newest"] or 0
    recent = Message.objects.filter(
        id__gt=newest - WINDOW, system="loyalty", queued_at__range=(period.since, period.until)
    )
    counts: dict[str, dict[str, int]] = {}
    for state, channel, count in (
        scopes.own_messages(request, recent).values_list("state", "channel").annotate(n=Count("*"))
    ):
        counts.setdefault(state, {})[channel] = count
    used = [channel for channel in CHANNELS if any(channel in by_channel for by_channel in counts.values())]
    rows = [
        [
            columns.dotted(MessageState(state).label, columns.TONES.get(state, "")),
            *(figures.number(counts[state].get(channel, 0)) for channel in used),
        ]
        for state in MessageState.values
        if state in counts
    ]
    return Table(
        "Messages of this time by state", ["State", *(str(look(channel).name) for channel in used)], rows,
        "No message was queued in this time.", figures=frozenset(range(1, len(used) + 1)),
    )  # fmt: skip


def _consent() -> Table:
    found = day_sums.count_allowed()
    rows = []
    for channel in CHANNELS if found.members else ():
        share = getattr(found, channel) / found.members
        count = figures.number(getattr(found, channel)) if found.share == 100 else "in a sample"
        rows.append([str(look(channel).name), meter(share), f"{round(100 * share)}{figures.GAP}%", count])
    title = "Who hears mailings, by channel"
    return Table(title, ["Channel", "", "Share", "Members"], rows, "Nobody has joined yet.", figures=frozenset({2, 3}))


def meter(share: float) -> str:
    """A share as a bar; the number stands beside it."""
    return format_html(
        '<svg class="desk-meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="desk-meter-all" width="100" height="8"></rect><rect class="desk-meter-part" width="{}" height="8">'
        "</rect></svg>",
        round(100 * share),
    )
