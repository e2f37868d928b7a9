"""Today's page of Smart Communications: people, refusals, messages, the last changes of consent."""

from typing import Any

from django.http import HttpRequest

from regulars.kit import clock, sql
from regulars.messages.models import Message, MessageState
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions.models import ChannelSwitch, Entry
from regulars.web.backoffice import columns
from regulars.web.backoffice.faces import Stat, Table
from regulars.web.shell import figures
from regulars.web.smartcomms.backoffice import consent

WINDOW = 5_000
BIG = 100_000


def fill(request: HttpRequest) -> dict[str, Any]:
    """The figures of the day, each for those who may see its room."""
    may = {room: bool(request.user.has_perm(f"{room}.view")) for room in ("customers", "subscriptions", "messages")}
    stats, tables = [], []
    if may["customers"]:
        stats.append(_customers())
    if may["subscriptions"]:
        off = ChannelSwitch.objects.filter(is_on=False).count()
        stats.append(Stat("Channels switched off", figures.number(off), "by customers, on either side of the bridge"))
        tables.append(_last_changes(names=may["customers"]))
    if may["messages"]:
        tables.append(_by_state())
    return {"stats": stats, "tables": tables, "as_of": figures.moment(clock.now())}


def _customers() -> Stat:
    """How many there are; many are not counted but told as the database remembers them."""
    about = sql.about(Customer._meta.db_table)
    if about > BIG:
        return Stat("Customers", figures.number(about), "about so many, those who left included")
    return Stat("Customers", figures.number(Customer.objects.filter(is_gone=False).count()), "can be written to")


def _last_changes(*, names: bool) -> Table:
    """What people chose of late; what came with the first load of everybody is no choice."""
    last = list(Entry.objects.exclude(cause="loaded").order_by("-id")[:8])
    people = Customer.objects.in_bulk({each.person_id for each in last}) if names else {}
    rows = [
        [
            figures.moment(each.recorded_at),
            str(people.get(each.person_id, "A customer")) if each.person_id else "Everybody",
            columns.sentence_case(each.cause),
            consent.in_words(each),
        ]
        for each in last
    ]
    heads = ["When", "Customer", "Cause", "Change"]
    return Table("Last changes of consent", heads, rows, "Nobody changed anything yet.")


def _by_state() -> Table:
    last = Message.objects.filter(system="smartcomms").order_by("-id").values_list("state", flat=True)[:WINDOW]
    counts: dict[str, int] = {}
    for state in last:
        counts[state] = counts.get(state, 0) + 1
    rows = [
        [columns.dotted(MessageState(state).label, columns.TONES.get(state, "")), figures.number(count)]
        for state, count in counts.items()
    ]
    return Table(
        f"Messages: the last {figures.number(WINDOW)} by state",
        ["State", "Messages"],
        rows,
        "No message was queued yet.",
        figures=frozenset({1}),
    )
