"""Mailings in a real browser: the editor with its preview, the page with what it reaches, and progress that goes on by itself."""

from collections.abc import Callable

import pytest

from regulars.loyalty.mailings.models import Mailing
from regulars.runs.models import Run
from tests import cast
from tests.loyalty.mailings import post
from tests.web.backoffice import staff
from tests.web.browser.test_desks_in_a_browser import enter, look
from tests.web.browser.visitor import Visit

pytestmark = pytest.mark.browser
ADD = "/backoffice/loyalty_mailings/mailing/add/"


def at(mailing: Mailing, what: str = "change") -> str:
    return f"/backoffice/loyalty_mailings/mailing/{mailing.pk}/{what}/"


@pytest.fixture
def gateway_id(transactional_db: None) -> int:
    """A shop with members who want mailings and members who do not."""
    sms = post.gateway(**{"": 40_000, "+7": 25_000})
    post.gateway("email", **{"": 300})
    for enters in (cast.anna, cast.max_, cast.olga, cast.tom):
        enters()
    post.people(30)
    return sms


def test_an_sms_is_written_with_its_parts_counted_while_one_types(gateway_id: int, visit: Callable[..., Visit]) -> None:
    post.audience()
    visitor = enter(visit, "senior marketer")
    page = visitor.go(ADD)
    page.fill("[name=name]", "Autumn bread week")
    page.select_option("[name=audience]", index=1)
    page.fill("[name='texts.en']", "Hello {{ first_name }}, bread is 20 % cheaper until Sunday")
    page.get_by_text("1 part · 46 of 160 · GSM-7").wait_for()
    assert page.get_by_text("As Anna Morgan gets it").count() == 1
    page.fill(
        "[name='texts.en']", "Hello {{ first_name }}, “bread” is 20 % cheaper until Sunday, and so is everything else"
    )
    page.get_by_text("UCS-2").first.wait_for()
    visitor.look("mailing-editor-sms")

    page.get_by_text("Keep it").click()
    page.get_by_text("is kept").first.wait_for()

    assert Mailing.objects.get().texts["en"].startswith("Hello {{ first_name }}, “bread”")


def test_an_email_is_seen_as_a_member_gets_it(gateway_id: int, visit: Callable[..., Visit]) -> None:
    mailing = post.email()
    visitor = enter(visit, "senior marketer")
    page = visitor.go(at(mailing, "edit"))
    page.locator("iframe.mail-frame").wait_for()
    seen = page.frame_locator("iframe.mail-frame")
    seen.get_by_text("Hello Anna").wait_for()
    wide = page.locator("iframe.mail-frame").bounding_box()["width"]

    page.get_by_role("button", name="Phone").click()
    page.locator("[data-phone=true] .mail-frame").wait_for()
    narrow = page.locator("iframe.mail-frame").bounding_box()["width"]

    assert narrow <= 377 < wide
    look(visitor, at(mailing, "edit"), "mailing-editor-email")


def test_a_mailing_is_looked_at_sent_and_watched_to_its_end(gateway_id: int, visit: Callable[..., Visit]) -> None:
    mailing = post.draft(texts={"en": "Hello {{ first_name }}, see you “soon”", "ru": "Привет, {{ first_name }}"})
    visitor = enter(visit, "senior marketer")
    page = visitor.go(at(mailing))
    page.get_by_text("It costs £").wait_for()
    look(visitor, at(mailing), "mailing")

    page.get_by_text("Send now").first.click()
    page.locator(".desk-sentence", has_text="All members. 34 members now, 32 of them").wait_for()
    look(visitor, at(mailing, "start"), "mailing-send")
    page.locator(".desk-act button[type=submit]").click()
    page.get_by_text("has started").first.wait_for()
    post.drive()
    page.get_by_text("Waiting to leave").wait_for()
    look(visitor, at(mailing), "mailing-going")
    post.send(gateway_id)
    post.drive()
    page.get_by_text("Done: 100 %").wait_for()
    look(visitor, at(mailing), "mailing-done")

    assert Run.objects.get().state == "done"
    look(visitor, staff.list_of("backoffice", Mailing), "mailing-list")
    look(visitor, f"{at(mailing, 'recipients')}?run={Run.objects.get().public_id}", "mailing-recipients")


@pytest.mark.parametrize("act", ["send_test", "schedule"])
def test_what_is_asked_before_an_act_holds_on_every_screen(
    gateway_id: int, visit: Callable[..., Visit], act: str
) -> None:
    look(enter(visit, "senior marketer"), at(post.draft(), act), f"mailing-{act}")
