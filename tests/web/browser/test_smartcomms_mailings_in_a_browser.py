"""Mailings of Smart Communications in a real browser: the editor with its preview, the audience, and progress by itself."""

from collections.abc import Callable

import pytest

from regulars.runs.models import Run
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions import actions as subscriptions
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.web.backoffice import staff
from tests.web.browser.test_desks_in_a_browser import enter, look
from tests.web.browser.visitor import Visit

pytestmark = pytest.mark.browser
DESK = "/smartcomms/smartcomms_mailings/mailing/"


def at(mailing: Mailing, what: str = "change") -> str:
    return f"{DESK}{mailing.pk}/{what}/"


@pytest.fixture
def gateway_id(transactional_db: None) -> int:
    """Customers who want to hear of news, and some who do not."""
    sms = post.gateway(**{"": 40_000, "+7": 25_000}, settings={"sender": "Corner Shop"})
    post.gateway("email", **{"": 300}, settings={"sender": "Corner Shop <news@shop.example>"})
    people.category("news")
    people.category("recipes", email=True)
    people.customer(person_id="mem_0", first_name="Anna", last_name="Morgan")
    people.customer(first_name="Ольга", locale="ru")
    refused, off = post.customers(2)
    post.customers(1, phone="", email="")
    post.customers(30)
    cells = {("news", "sms"): False}
    by = {"cause": "employee", "by": people.EMPLOYEE, "at": people.AT}
    subscriptions.save_choices(refused, channels={}, categories=cells, **by)
    subscriptions.switch_channel(off, channel="sms", is_on=False, **by)
    return sms


def test_an_sms_is_written_with_its_audience_and_its_parts_counted(
    gateway_id: int, visit: Callable[..., Visit]
) -> None:
    visitor = enter(visit, "senior marketer")
    page = visitor.go(f"{DESK}add/")
    page.fill("[name=name]", "Autumn bread week")
    page.select_option("[name=category]", "news")
    page.get_by_label("English", exact=True).check()
    page.select_option("[name='audience.status']", "not_refused")
    page.fill("[name='texts.en']", "Hello {{ first_name }}, bread is 20 % cheaper until Sunday")
    page.get_by_text("1 part · 46 of 160 · GSM-7").wait_for()
    assert page.get_by_text("As Anna Morgan gets it").count() == 1
    visitor.look("sister-mailing-editor-new")

    page.get_by_text("Keep it").click()
    page.get_by_text("is kept").first.wait_for()

    mailing = Mailing.objects.get()
    assert (mailing.category, mailing.audience) == ("news", {"languages": ["en"], "status": "not_refused"})
    assert page.get_by_text("Customers who read English, who have not refused “News”.").count() == 1
    look(visitor, at(mailing, "edit"), "sister-mailing-editor-sms")


def test_a_new_email_begins_with_a_page_and_is_seen_as_a_customer_gets_it(
    gateway_id: int, visit: Callable[..., Visit]
) -> None:
    visitor = enter(visit, "senior marketer")
    page = visitor.go(f"{DESK}add/")
    page.fill("[name=name]", "A letter")
    page.select_option("[name=channel]", "email")
    page.frame_locator("iframe.mail-frame").get_by_text("Hello, Anna!").wait_for()
    page.get_by_text("News from Corner Shop").wait_for()
    visitor.look("sister-mailing-editor-begun")

    page.get_by_text("Keep it").click()
    page.get_by_text("is kept").first.wait_for()

    mailing = Mailing.objects.get()
    assert "{{ unsubscribe_url }}" in mailing.bodies["en"]
    look(visitor, at(mailing, "edit"), "sister-mailing-editor-email")


def test_a_mailing_is_looked_at_sent_and_watched_to_its_end(gateway_id: int, visit: Callable[..., Visit]) -> None:
    mailing = post.draft(
        category="news", audience=Audience(languages=("en", "ru")),
        texts={"en": "Hello {{ first_name }}, see you “soon”", "ru": "Привет, {{ first_name }}"},
    )  # fmt: skip
    visitor = enter(visit, "senior marketer")
    page = visitor.go(at(mailing))
    page.get_by_text("It costs 1.28").wait_for()
    look(visitor, at(mailing), "sister-mailing")

    page.get_by_text("Send now").first.click()
    page.locator(".desk-sentence", has_text="35 customers now, 32 of them").wait_for()
    look(visitor, at(mailing, "start"), "sister-mailing-send")
    page.locator(".desk-act button[type=submit]").click()
    page.get_by_text("has started").first.wait_for()
    post.drive()
    page.get_by_text("Waiting to leave").wait_for()
    look(visitor, at(mailing), "sister-mailing-going")
    post.send(gateway_id)
    post.drive()
    page.get_by_text("Done: 100 %").wait_for()
    look(visitor, at(mailing), "sister-mailing-done")

    assert Run.objects.get().state == "done"
    look(visitor, staff.list_of("smartcomms", Mailing), "sister-mailing-list")
    look(visitor, f"{at(mailing, 'recipients')}?run={Run.objects.get().public_id}", "sister-mailing-recipients")


@pytest.mark.parametrize("act", ["send_test", "schedule"])
def test_what_is_asked_before_an_act_holds_on_every_screen(
    gateway_id: int, visit: Callable[..., Visit], act: str
) -> None:
    look(enter(visit, "senior marketer"), at(post.draft(), act), f"sister-mailing-{act}")
