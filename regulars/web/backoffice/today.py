"""Today's page of Loyalty: a day, a week or a month in figures, each beside the one before and for those who may see its room."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from regulars.journal import queries as journal
from regulars.kit import clock
from regulars.web.backoffice import amounts, columns, day_stats, day_sums, first_steps, periods, scopes
from regulars.web.backoffice.day_tables import list_tables
from regulars.web.backoffice.faces import Chart, Series, Stat
from regulars.web.backoffice.periods import Period
from regulars.web.shell import figures

GREEN, GREY, HONEY, HONEY_EDGE = "var(--color-primary-500)", "var(--color-base-500)", "#f4b740", "#b07a10"


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the figures of the period that the address asks for."""
    at = clock.now()
    period = periods.read(request.GET.get("period", ""), request.GET.get("day", ""), at)
    partner_id = scopes.partner_of(request)

    def may(room: str) -> bool:
        return bool(request.user.has_perm(f"{room}.view"))

    sales = day_stats.fold(day_sums.list_sales(period, partner_id), period) if may("purchases") else None
    stats = list(_stats(period, sales, partner_id, may))
    charts = list(_charts(period, sales, may)) if sales else []
    tables = list(list_tables(request, period, may))
    context |= {
        "as_of": figures.moment(at),
        "period": period,
        "kinds": [(name, period.address(kind=kind), kind == period.kind) for kind, name in periods.KINDS.items()],
        "stats": stats,
        "charts": charts,
        "tables": tables,
        "steps": first_steps.of(request),
        "is_closed": not (stats or charts or tables),
    }
    return context


def _stats(
    period: Period, sales: "day_stats.Folded | None", partner_id: int | None, may: Callable[[str], bool]
) -> Iterator[Stat]:
    if sales is not None:
        yield from day_stats.of_sales(sales, period, rows_url=_rows_url(period))
        yield day_stats.of_buyers(*day_sums.count_buyers(period, partner_id), period)
    if may("members"):
        yield day_stats.of_joined(day_sums.list_joined(period), period)
    if may("points"):
        yield day_stats.of_book(day_sums.sum_outstanding(), day_sums.sum_book())
    if may("journal"):
        waiting, oldest = journal.count_waiting(), journal.oldest_waiting()
        note = f"the oldest was due {figures.moment(oldest)}" if oldest else "nothing is late"
        yield Stat(
            "Reactions waiting", figures.number(waiting), note, meaning="What happened and still waits for its answer: "
            "messages about points, news for Smart Communications. The worker works them off.",
        )  # fmt: skip


def _rows_url(period: Period) -> str:
    last = timezone.localtime(period.until).date()
    return f"confirmed_at_from_0={period.first_date.isoformat()}&confirmed_at_to_0={last.isoformat()}"


def _charts(period: Period, sales: "day_stats.Folded", may: Callable[[str], bool]) -> Iterator[Chart]:
    places = period.places()
    labels = [period.label(place) for place in places]
    now = [sales.at(place) for place in places]
    yield Chart(
        f"Sales by {period.unit}, with and without a card", _told_sales(period, sales), labels,
        [
            _in_money("With a card", [each.total_with_member for each in now], GREEN),
            _in_money("Without", [each.total - each.total_with_member for each in now], GREY),
        ],
        nothing="No receipt in this time.", is_stacked=True,
    )  # fmt: skip
    if may("points"):
        issued, spent = [each.earned for each in now], [each.spent for each in now]
        said = f"{amounts.in_points(sum(issued))} issued and {amounts.in_points(sum(spent))} spent on receipts."
        yield Chart(
            f"Points on receipts by {period.unit}", said if any(issued) or any(spent) else "", labels,
            [_in_points("Issued", issued, HONEY, HONEY_EDGE), _in_points("Spent", spent, GREY)],
            nothing="No points on receipts in this time.",
        )  # fmt: skip


def _told_sales(period: Period, sales: "day_stats.Folded") -> str:
    total = sales.total
    if not total.receipts:
        return ""
    best = max(period.places(), key=lambda place: sales.at(place).total)
    word = "hour began at" if period.unit == "hour" else "day was"
    return (
        f"{columns.counted(total.receipts, 'receipt')}: {amounts.in_money(total.total_with_member)} with a card,"
        f" {amounts.in_money(total.total - total.total_with_member)} without; the best {word} {period.label(best)}."
    )


def _in_money(name: str, minor: list[int], fill: str) -> Series:
    return Series(
        name, [float(amounts.major(each)) for each in minor], [amounts.in_money(each) for each in minor], fill
    )


def _in_points(name: str, units: list[int], fill: str, edge: str = "") -> Series:
    decimals = amounts.default_currency().decimals
    values = [float(figures.scaled(each, decimals)) for each in units]
    return Series(name, values, [amounts.in_points(each) for each in units], fill, edge)
