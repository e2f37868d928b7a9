"""Mailings on Smart Communications' desk: written, reckoned, tested, started, watched and broken off, each by who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.journal.models import Entry
from regulars.kit.clock import now
from regulars.messages.models import Message
from regulars.runs.models import Run
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import queries
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
DESK = "/smartcomms/smartcomms_mailings/mailing/"
ADD, PREVIEW = f"{DESK}add/", f"{DESK}preview/"


def at(mailing: Mailing, what: str = "change") -> str:
    return f"{DESK}{mailing.pk}/{what}/"


def said(**fields: Any) -> dict[str, Any]:
    told = {"name": "Autumn", "channel": "sms", "lifetime_hours": "48", "version": "0"}
    return {**told, "texts.en": "Hello {{ first_name }}", **fields}


def ready() -> tuple[int, Mailing, Client]:
    """A mailing to Anna and Max, who wants no SMS; and a marketer who may send it."""
    gateway_id = post.gateway(**{"": 40_000})
    people.category("news")
    people.customer(first_name="Anna", last_name="Morgan")
    max_ = people.customer(first_name="Max").person_id
    subscriptions.switch_channel(max_, channel="sms", is_on=False, cause="employee", by=people.EMPLOYEE, at=people.AT)
    return gateway_id, post.draft(category="news"), staff.signed_in("senior marketer")


def test_a_mailing_is_written_down_as_it_was_said() -> None:
    people.category("news")
    client = staff.signed_in("marketer")
    whom = {"audience.languages": ["en", "ru"], "audience.status": "on", "audience.is_verified": "on"}

    answer = client.post(ADD, said(category="news", sender="Corner", **whom, **{"texts.ru": "Привет"}))

    mailing = Mailing.objects.get()
    assert answer.headers["Location"] == at(mailing)
    assert (mailing.name, mailing.category, mailing.sender) == ("Autumn", "news", "Corner")
    assert mailing.audience == {"languages": ["en", "ru"], "status": "on", "is_verified": True}
    assert mailing.texts == {"en": "Hello {{ first_name }}", "ru": "Привет"}
    assert (mailing.subject_lines, mailing.bodies) == ({}, {})
    assert Entry.objects.get(event="smartcomms.MailingDrafted").door == "smartcomms"


def test_a_new_email_begins_with_a_page_that_is_kept_and_can_be_edited_again() -> None:
    client = staff.signed_in("marketer")
    initial = client.get(ADD).context["form"].initial
    begun = {name: initial[name] for name in ("subject_lines.en", "bodies.en")}

    posted = {name: text.replace("\n", "\r\n") for name, text in begun.items()}  # as browsers do
    client.post(ADD, said(channel="email", sender="Corner Shop", **{"texts.en": "", **posted}))

    mailing = Mailing.objects.get()
    form = client.get(at(mailing, "edit")).context["form"]
    assert "{{ sender_name }}" in mailing.bodies["en"]
    assert form.initial["bodies.en"] == mailing.bodies["en"]
    assert "\r" not in mailing.bodies["en"]
    assert "News from {{ sender_name }}" in client.get(at(mailing)).text


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("texts.en", {"texts.en": "Hello {{ nobody }}"}), ("audience.status", {"audience.status": "on"})],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(field: str, wrong: dict[str, str]) -> None:
    client = staff.signed_in("marketer")

    answer = client.post(ADD, said(**{"texts.en": "Hello you", **wrong}))

    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert "Hello" in answer.text
    assert not Mailing.objects.exists()


def test_two_who_edit_at_once_are_told() -> None:
    _, mailing, client = ready()
    first = client.post(at(mailing, "edit"), said(name="First", version="1"))

    second = client.post(at(mailing, "edit"), said(name="Second", version="1"))

    assert (first.status_code, second.status_code) == (302, 200)
    assert "Somebody changed or started this mailing meanwhile" in second.text
    assert Mailing.objects.get().name == "First"


def test_the_page_says_whom_it_reaches_and_what_it_costs() -> None:
    _, mailing, client = ready()

    page, estimate = client.get(at(mailing)), client.get(at(mailing, "estimate")).text

    assert "All customers." in page.text
    assert ("Category", "News") in page.context["facts"]
    assert "It costs 0.04 in the money of the price list, 1 part." in estimate
    assert "Channel is switched off" in estimate


def test_sending_says_once_more_to_whom_and_at_what_cost_and_pressing_twice_sends_once() -> None:
    _, mailing, client = ready()

    asked = client.get(at(mailing, "start"))
    assert "All customers. 2 customers now, 1 of them can be reached. It costs 0.04" in asked.text
    assert not Run.objects.exists()
    answers = [client.post(at(mailing, "start"), {"version": "1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 200]
    assert Run.objects.count() == 1


def test_progress_is_shown_while_it_goes_on_and_stops_asking_when_it_is_done() -> None:
    gateway_id, mailing, client = ready()
    client.post(at(mailing, "start"), {"version": "1"})
    before = client.get(at(mailing, "progress")).text
    post.drive()
    queued = client.get(at(mailing, "progress")).text
    post.send(gateway_id)
    post.drive()
    done = client.get(at(mailing, "progress")).text

    assert [("every 2s" in page) for page in (before, queued, done)] == [True, True, False]
    assert "Waiting to leave" in queued
    assert "Done: 100 %" in done
    assert "It has cost 0.04 in the money of the price list, 1 part." in done
    assert "100" in client.get(staff.list_of("smartcomms", Mailing)).text


def test_a_run_is_paused_goes_on_and_is_broken_off() -> None:
    _, mailing, client = ready()
    post.start(mailing)
    run = Run.objects.get()

    states = []
    for act in ("pause", "go_on", "break_off"):
        client.post(at(mailing, act))
        run.refresh_from_db()
        states.append((run.state, run.is_held))

    assert states == [("freezing", True), ("freezing", False), ("cancelled", False)]


def test_a_time_is_given_and_taken_away() -> None:
    _, mailing, client = ready()
    day = (now() + timedelta(days=30)).date()

    wrong = client.post(at(mailing, "schedule"), {"starts_at_0": "2020-01-01", "starts_at_1": "09:00"})
    client.post(at(mailing, "schedule"), {"starts_at_0": day.isoformat(), "starts_at_1": "09:30"})

    mailing.refresh_from_db()
    assert "Choose a time in the future" in wrong.text
    assert mailing.scheduled_at is not None
    assert mailing.scheduled_at.strftime("%H:%M") == "09:30"
    client.post(at(mailing, "unschedule"))
    mailing.refresh_from_db()
    assert (mailing.state, mailing.scheduled_at) == ("draft", None)


def test_a_test_is_sent_to_what_was_typed() -> None:
    _, mailing, client = ready()

    wrong = client.post(at(mailing, "send_test"), {"addresses": "12"})
    client.post(at(mailing, "send_test"), {"addresses": "+447700999999\n+447700999998\n"})

    assert wrong.context["form"].errors["addresses"]
    assert sorted(Message.objects.values_list("address", flat=True)) == ["+447700999998", "+447700999999"]
    assert Entry.objects.get(event="smartcomms.MailingTested").by_kind == "employee"


def test_the_people_of_a_run_are_found_by_customer_state_and_reason_and_open() -> None:
    _, mailing, client = ready()
    run = post.start(mailing)
    post.drive()
    anna, max_ = (Message.objects.get().person_id, next(iter(post.reasons())))
    found = {}
    for name, asked in {
        "all": {}, "anna": {"q": anna}, "nobody": {"q": "mem_0"}, "queued": {"state": "queued"}, "skipped": {"state": "skipped"},
        "why": {"reason": "channel_off"}, "nonsense": {"state": "'", "after": "x"},
    }.items():  # fmt: skip
        page = client.get(at(mailing, "recipients"), {"run": run.public_id, **asked}).text
        found[name] = [who for who in (anna, max_) if f"{who}</a>" in page]

    assert found == {
        "all": [anna, max_], "anna": [anna], "nobody": [], "queued": [anna], "skipped": [max_], "why": [max_],
        "nonsense": [anna, max_],
    }  # fmt: skip
    assert client.get(at(post.draft(), "recipients"), {"run": run.public_id}).status_code == 404


def test_the_preview_shows_a_customer_of_the_audience_only_to_who_may_see_customers() -> None:
    people.customer(first_name="Олег", locale="ru")
    people.customer(first_name="Anna", last_name="Morgan")
    asked = said(**{"texts.en": "Dear {{ last_name }}", "audience.languages": ["en"]})

    seen = staff.signed_in("marketer").post(PREVIEW, asked).text
    made_up = staff.signed_in("designer").post(PREVIEW, asked).text

    assert "As Anna Morgan gets it" in seen
    assert "somebody made up" in made_up
    assert "1 part · 11 of 160 · GSM-7" in seen


def test_the_preview_says_what_is_wrong_and_survives_nonsense() -> None:
    client = staff.signed_in("designer")

    wrong = client.post(PREVIEW, said(**{"texts.en": "{% if %}"}))
    nonsense = client.post(
        PREVIEW, said(**{"audience.status": "x", "audience.languages": ["y"], "category": "z", "channel": "?"})
    )

    assert "mail-trouble" in wrong.text
    assert nonsense.status_code == 200


def test_an_email_is_previewed_in_a_frame_that_may_run_nothing() -> None:
    asked = said(channel="email", **{"texts.en": "", "subject_lines.en": "Hi {{ first_name }}", "bodies.en": post.MJML})

    shown = staff.signed_in("designer").post(PREVIEW, asked).text

    assert 'sandbox=""' in shown
    assert "srcdoc=" in shown
    assert "Hi Anna" in shown


@pytest.mark.parametrize(
    ("role", "act", "may"),
    [
        ("marketer", "edit", True),
        ("designer", "edit", True),
        ("designer", "start", False),
        ("designer", "send_test", False),
        ("designer", "recipients", False),
        ("analyst", "estimate", True),
        ("analyst", "edit", False),
        ("analyst", "start", False),
        ("auditor", "break_off", False),
        ("operator", "change", False),
        ("operator", "estimate", False),
    ],
)
def test_each_role_may_what_the_table_says(role: str, act: str, may: bool) -> None:
    post.gateway()
    people.customer()
    mailing = post.draft()
    run = post.start(mailing) if act in ("break_off", "recipients") else None

    answer = staff.signed_in(role).get(at(mailing, act), {"run": run.public_id} if run else {})

    assert (answer.status_code == 200) is may
    assert answer.status_code in (200, 403)


def test_a_mailing_is_copied_and_put_away() -> None:
    _, mailing, client = ready()

    client.post(at(mailing, "duplicate"))
    client.post(at(mailing, "put_away"))

    mailing.refresh_from_db()
    assert (mailing.state, Mailing.objects.exclude(pk=mailing.pk).get().name) == ("archived", "Autumn (copy)")
    assert "Send now" not in client.get(at(mailing)).text


def test_the_way_out_of_an_email_needs_no_cookie_and_looking_at_it_changes_nothing() -> None:
    gateway_id = post.gateway("email")
    people.category("news", email=True)
    anna = people.customer(first_name="Anna").person_id
    post.start(post.email(category="news"))
    post.drive()
    (claimed,) = post.claim(gateway_id, channel="email")
    post.start(post.email(category="news"))
    post.drive()
    path = claimed.unsubscribe_url.removeprefix("http://testserver")
    mail_program = Client(enforce_csrf_checks=True)

    looked = [mail_program.get(path), mail_program.head(path)]
    assert [answer.status_code for answer in looked] == [200, 200]
    assert not Message.objects.filter(state="cancelled").exists()
    clicked = [mail_program.post(path, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [answer.status_code for answer in clicked] == [200, 200]
    assert queries.get_choices(anna).channels["email"]
    assert post.hand_over([claimed], gateway_id) == post.claim(gateway_id, channel="email") == []
    assert set(Message.objects.values_list("state", "reason")) == {("cancelled", "category_off")}
    assert mail_program.post(path[:-3], {"List-Unsubscribe": "One-Click"}).status_code == 404


def test_the_side_bar_leads_to_mailings() -> None:
    address = f'href="{staff.list_of("smartcomms", Mailing)}"'

    assert address in staff.signed_in("marketer").get("/smartcomms/").text
    assert address not in staff.signed_in("operator").get("/smartcomms/").text
