"""Today's page: figures of a period beside the one before, for those who may see their room, and words where there is nothing."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulars.access import actions as access
from regulars.kit import clock
from regulars.loyalty.purchases.models import Purchase
from regulars.web.backoffice import day_sums, periods
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 25, 12, 30, tzinfo=LONDON)


def sold(confirmed_at: datetime, total: int = 1000, member_id: int | None = None, **fields: int) -> None:
    """One more receipt of a shop that has one."""
    one = Purchase.objects.earliest("id")
    one.pk, one.number, one.confirmed_at = None, f"copy-{make.number()}", confirmed_at
    one.total, one.member_id, one.discount, one.points_earned = total, member_id, 0, 0
    for name, value in fields.items():
        setattr(one, name, value)
    one.save(force_insert=True)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> object:
    """A shop whose only old receipt is long past, on Wednesday at half past twelve."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    anna = staff.shop()
    Purchase.objects.update(confirmed_at=NOON - timedelta(days=400))
    return anna


def stat(page: str, title: str) -> str:
    """One figure of the page as its words."""
    cell = next(part for part in page.split('<li class="desk-stat') if f">{title}</span>" in part)
    words = re.sub(r"<details.*?</details>|<[^>]*>", " ", cell.split("</li>")[0], flags=re.S)
    return " ".join(words.partition(">")[2].replace("\u00a0", " ").split())


def test_an_empty_programme_says_what_to_do_first() -> None:
    make.programme()

    page = staff.signed_in("administrator").get("/backoffice/").text

    assert "First steps" in page
    assert page.count("desk-step-mark") == 3
    assert "No receipt yet. Sell something at the till." in page
    assert "The book is empty." in page


def test_first_steps_go_when_they_are_done_or_put_away() -> None:
    make.programme()
    client = staff.signed_in("administrator")

    client.post("/backoffice/first-steps/")
    put_away = client.get("/backoffice/").text
    staff.shop()
    done = staff.signed_in("administrator").get("/backoffice/").text

    assert "First steps" not in put_away
    assert "First steps" not in done


def test_the_day_is_told_in_figures_sentences_and_tables() -> None:
    staff.shop()
    Purchase.objects.update(confirmed_at=clock.now() - timedelta(seconds=1))

    page = staff.signed_in("administrator").get("/backoffice/").text

    assert "1 of 1 100 %" in stat(page, "Receipts with a card")
    assert "operation sum to 0." in page
    assert "1 receipt: £3.98 with a card, £0.00 without" in page
    assert "As a table" in page
    assert "Anna Morgan" in page


def test_a_figure_stands_beside_the_same_hours_of_the_day_before(figures: object) -> None:
    sold(NOON - timedelta(hours=1), 3000)
    sold(NOON - timedelta(hours=25), 2000)
    sold(NOON - timedelta(hours=23), 9000)

    page = staff.signed_in("administrator").get("/backoffice/").text

    assert "Compared with the day before by 12:30." in page
    assert stat(page, "Sales") == "Sales £30.00 +50 % · £20.00 the day before"


def test_a_week_begins_on_monday_and_a_month_on_the_first_in_the_programmes_zone(figures: object) -> None:
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=LONDON)
    sold(monday, 100)
    sold(monday - timedelta(hours=1), 1_000)
    sold(datetime(2026, 11, 1, 0, 10, tzinfo=LONDON), 10_000)
    sold(datetime(2026, 10, 31, 23, 50, tzinfo=LONDON), 100_000)
    client = staff.signed_in("administrator")

    week = client.get("/backoffice/?period=week").text
    month = client.get("/backoffice/?period=month").text

    assert stat(week, "Sales").startswith("Sales £1.00")
    assert stat(month, "Sales").startswith("Sales £111.00")
    assert "November 2026" in month


def test_a_past_period_is_whole_and_its_address_is_the_page(figures: object) -> None:
    sold(datetime(2026, 10, 5, 23, tzinfo=LONDON), 700)
    sold(datetime(2026, 10, 4, 23, tzinfo=LONDON), 1400)
    client = staff.signed_in("administrator")

    page = client.get("/backoffice/?period=day&day=2026-10-05").text

    assert stat(page, "Sales") == "Sales £7.00 −50 % · £14.00 the day before"
    assert 'href="?period=day&amp;day=2026-10-06"' in page
    assert 'href="?period=month&amp;day=2026-10-05"' in page
    for nonsense in ("period=year", "day=soon", "day=0001-01-01", "day=9999-12-31", "period=week&day=2026-02-30"):
        assert client.get(f"/backoffice/?{nonsense}").status_code == 200, nonsense


def test_the_bars_of_a_chart_sum_to_its_figure(figures: object) -> None:
    for hour in range(10):
        sold(NOON - timedelta(hours=hour), 101)

    page = staff.signed_in("administrator").get("/backoffice/").text

    table = page.partition("<summary>As a table")[2].partition("</table>")[0]
    assert sum(round(float(cell) * 100) for cell in re.findall(r">£([\d.]+)<", table)) == 1010


def test_receipts_of_a_partner_are_counted_for_that_partner_only(figures: object) -> None:
    sold(NOON - timedelta(hours=1), 5000)
    other = make.partner("other")
    employee = access.add_employee(
        "scoped", name="Olga", roles=["administrator"], password=None, partner_id=other.pk, by=make.BY, at=make.AT
    )
    client = staff.signed_in("administrator")
    whole = client.get("/backoffice/").text
    client.force_login(employee)

    page = client.get("/backoffice/").text

    assert stat(whole, "Sales").startswith("Sales £50.00")
    assert stat(page, "Sales").startswith("Sales £0.00")
    assert "£50.00" not in page


def test_a_role_sees_the_figures_of_its_rooms() -> None:
    staff.shop()

    page = staff.signed_in("designer").get("/backoffice/").text

    assert "Your roles open no figures." in page
    assert "£" not in page


def test_the_page_asks_few_questions() -> None:
    staff.shop()
    client = staff.signed_in("administrator")
    client.get("/backoffice/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/backoffice/")

    assert len(asked) <= 28, [each["sql"][:90] for each in asked]


def test_what_is_counted_of_many_receipts_is_read_by_an_index(figures: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into loyalty_purchases_purchase (till_id, number, public_id, store_id, partner_id, operation_id, sold_at,"
            " confirmed_at, amount, till_discount, discount, total, points_earned, offers_version, outcomes, member_id)"
            " select 9, 'n' || n, 'pur_' || n, 1, 1, n, t, t, 100, 0, 0, 100, 1, 1, '[]', n %% 997"
            " from (select n, %s - n * interval '5 minutes' as t from generate_series(1, 60000) n) x",
            [NOON],
        )
        cursor.execute("analyze loyalty_purchases_purchase")
        period = periods.around(periods.MONTH, timezone.localdate(NOON), NOON)
        span = day_sums._span(period, None)
        for statement in (day_sums._SALES, day_sums._BUYERS, day_sums._JOINED):
            cursor.execute(f"explain {statement}", span)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on loyalty_purchases_purchase" not in plan, plan


def test_the_sister_has_her_own_day() -> None:
    staff.shop()

    page = staff.signed_in("administrator").get("/smartcomms/").text

    assert "Channels switched off" in page
    assert "Unsubscribe page" in page
