"""Mailings on the desk: written, reckoned, tested, started, watched and broken off, each by who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.access.models import Employee
from regulars.journal.models import Entry
from regulars.kit.clock import now
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.mailings import actions
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.messages.models import Delivery, Message
from regulars.runs.models import Run
from tests import cast, make
from tests.loyalty.mailings import post
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
ADD = "/backoffice/loyalty_mailings/mailing/add/"


def at(mailing: Mailing, what: str = "change") -> str:
    return f"/backoffice/loyalty_mailings/mailing/{mailing.pk}/{what}/"


def said(**fields: Any) -> dict[str, Any]:
    told = {"name": "Autumn", "channel": "sms", "mailing_type": "mailings", "lifetime_hours": "48", "version": "0"}
    return {**told, "texts.en": "Hello {{ first_name }}", **fields}


def ready() -> tuple[int, Mailing, Client]:
    """A mailing to Anna and Max, who wants no SMS; and a marketer who may send it."""
    gateway_id = post.gateway(**{"": 40_000})
    cast.anna()
    cast.max_()
    return gateway_id, post.draft(), staff.signed_in("senior marketer")


def test_a_mailing_is_written_down_as_it_was_said() -> None:
    audience = post.audience()
    client = staff.signed_in("marketer")

    answer = client.post(ADD, said(audience=audience, sender="Corner", **{"texts.ru": "Привет"}))

    mailing = Mailing.objects.get()
    assert answer.headers["Location"] == at(mailing)
    assert (mailing.name, mailing.audience_id, mailing.sender) == ("Autumn", audience, "Corner")
    assert mailing.texts == {"en": "Hello {{ first_name }}", "ru": "Привет"}
    assert Entry.objects.get(event="loyalty.MailingDrafted").door == "backoffice"


def test_a_new_email_begins_with_a_page_that_could_go_out_as_it_is() -> None:
    post.gateway("email")
    cast.anna()
    client = staff.signed_in("marketer")
    begun = client.get(ADD).context["form"].initial

    client.post(ADD, {**said(audience=post.audience()), **begun, "channel": "email", "texts.en": ""})
    client.post(at(Mailing.objects.get(), "start"), {"version": "1"})

    assert Run.objects.get().channel == "email"


def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays() -> None:
    make.programme()
    client = staff.signed_in("marketer")

    answer = client.post(ADD, said(**{"texts.en": "Hello {{ nobody }}"}))

    assert answer.status_code == 200
    assert "nobody" in str(answer.context["form"].errors["texts.en"])
    assert "Hello {{ nobody }}" in answer.text.replace("&nbsp;", " ")
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

    page, estimate = client.get(at(mailing)).text, client.get(at(mailing, "estimate")).text

    assert "All members." in page
    assert "It costs £0.04, 1 part." in estimate
    assert "Does not want these" in estimate


def test_without_a_price_list_the_page_says_so() -> None:
    post.gateway()
    cast.anna()

    estimate = staff.signed_in("marketer").get(at(post.draft(), "estimate")).text

    assert "There is no price list for this channel, so the cost is not known." in estimate


def test_sending_says_once_more_to_whom_and_at_what_cost_and_pressing_twice_sends_once() -> None:
    _, mailing, client = ready()

    asked = client.get(at(mailing, "start"))
    assert "All members. 2 members now, 1 of them can be reached. It costs £0.04" in asked.text
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
    assert "It has cost £0.04, 1 part." in done
    assert "100" in client.get(staff.list_of("backoffice", Mailing)).text


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
    refused = client.post(at(mailing, "pause"))
    assert "not being sent" in refused.text or "This run is over" in refused.text


def test_a_time_is_read_in_the_programmes_zone() -> None:
    _, mailing, client = ready()
    day = (now() + timedelta(days=30)).date()

    wrong = client.post(at(mailing, "schedule"), {"starts_at_0": "2020-01-01", "starts_at_1": "09:00"})
    client.post(at(mailing, "schedule"), {"starts_at_0": day.isoformat(), "starts_at_1": "09:30"})

    mailing.refresh_from_db()
    assert "Choose a time in the future" in wrong.text
    assert mailing.scheduled_at is not None
    assert mailing.scheduled_at.strftime("%H:%M") == "09:30"  # London in winter
    client.post(at(mailing, "unschedule"))
    mailing.refresh_from_db()
    assert (mailing.state, mailing.scheduled_at) == ("draft", None)


def test_a_test_is_sent_to_what_was_typed() -> None:
    _, mailing, client = ready()

    wrong = client.post(at(mailing, "send_test"), {"addresses": "12"})
    client.post(at(mailing, "send_test"), {"addresses": "+447700999999\n+447700999998\n"})

    assert "too few" in wrong.text or "does not look like" in wrong.text
    assert sorted(Message.objects.values_list("address", flat=True)) == ["+447700999998", "+447700999999"]
    assert Entry.objects.get(event="loyalty.MailingTested").by_kind == "employee"


def test_the_people_of_a_run_are_found_by_member_state_and_reason() -> None:
    _, mailing, client = ready()
    run = post.start(mailing)
    post.drive()
    anna, max_ = (Message.objects.get().person_id, next(iter(post.reasons())))
    found = {}
    for name, asked in {
        "all": {}, "anna": {"q": anna}, "nobody": {"q": "mem_0"}, "queued": {"state": "queued"}, "skipped": {"state": "skipped"},
        "why": {"reason": "no_consent"}, "nonsense": {"state": "'", "after": "x"},
    }.items():  # fmt: skip
        page = client.get(at(mailing, "recipients"), {"run": run.public_id, **asked}).text
        found[name] = [who for who in (anna, max_) if f"{who}</a>" in page]

    assert found == {
        "all": [anna, max_], "anna": [anna], "nobody": [], "queued": [anna], "skipped": [max_], "why": [max_],
        "nonsense": [anna, max_],
    }  # fmt: skip


def test_many_people_are_shown_page_by_page() -> None:
    post.gateway()
    post.people(60)
    mailing = post.draft()
    run = post.start(mailing)
    post.drive()
    client = staff.signed_in("senior marketer")

    first = client.get(at(mailing, "recipients"), {"run": run.public_id})
    second = client.get(at(mailing, "recipients"), {"run": run.public_id, "after": str(first.context["more"])})

    pages = [[line["person"] for line in page.context["lines"]] for page in (first, second)]
    assert [len(page) for page in pages] == [50, 10]
    assert len({*pages[0], *pages[1]}) == 60


def test_a_run_of_another_mailing_is_not_shown_here() -> None:
    _, mailing, client = ready()
    run = post.start(mailing)

    assert client.get(at(post.draft(), "recipients"), {"run": run.public_id}).status_code == 404
    assert client.get(at(mailing, "recipients"), {"run": "run_0"}).status_code == 404


def test_the_preview_shows_a_member_only_to_who_may_see_members() -> None:
    cast.anna()
    make.member(first_name="Zenobia")
    audience = post.audience()
    asked = said(audience=audience, **{"texts.en": "Dear {{ last_name }}"})
    address = "/backoffice/loyalty_mailings/mailing/preview/"

    seen = staff.signed_in("senior marketer").post(address, asked).text
    made_up = staff.signed_in("designer").post(address, asked).text

    assert "As Anna Morgan gets it" in seen
    assert "somebody made up" in made_up
    assert "1 part · 11 of 160 · GSM-7" in seen


def test_the_preview_says_what_makes_a_text_expensive_and_what_is_wrong_with_it() -> None:
    make.programme()
    client = staff.signed_in("designer")
    address = "/backoffice/loyalty_mailings/mailing/preview/"

    dear = client.post(address, said(**{"texts.en": "“Now” " * 14})).text
    wrong = client.post(address, said(**{"texts.en": "{% if %}"})).text

    assert "2 parts · 84 of 134 · UCS-2" in dear
    assert "“ ”" in dear
    assert "mail-trouble" in wrong


def test_an_email_is_previewed_in_a_frame_that_may_run_nothing() -> None:
    make.programme()
    client = staff.signed_in("designer")
    asked = said(channel="email", **{"texts.en": "", "subject_lines.en": "Hi {{ first_name }}", "bodies.en": post.MJML})

    shown = client.post("/backoffice/loyalty_mailings/mailing/preview/", asked).text

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
    cast.anna()
    mailing = post.draft()
    run = post.start(mailing) if act in ("break_off", "recipients") else None

    answer = staff.signed_in(role).get(at(mailing, act), {"run": run.public_id} if run else {})

    assert (answer.status_code == 200) is may
    assert answer.status_code in (200, 403)


def test_an_employee_of_one_partner_sees_that_partners_mailings_only() -> None:
    partner = make.partner()
    own = actions.draft(post.new(name="Ours"), partner_id=partner.pk, by=make.BY, at=make.AT)
    other = post.draft(name="Theirs")
    client = staff.signed_in("marketer")
    Employee.objects.update(partner_id=partner.pk)

    page = client.get(staff.list_of("backoffice", Mailing)).text

    assert ("Ours" in page, "Theirs" in page) == (True, False)
    assert client.get(at(own)).status_code == 200
    assert client.get(at(other)).status_code != 200
    client.post(ADD, said(name="New"))
    assert Mailing.objects.get(name="New").partner_id == partner.pk


def test_an_employee_of_one_partner_reads_no_messages_of_other_partners_mailings() -> None:
    cast.anna()
    gateway_id, partner = post.gateway(), make.partner()
    own = actions.draft(post.new(texts={"en": "Ours"}), partner_id=partner.pk, by=make.BY, at=make.AT)
    for mailing in (own, post.draft(texts={"en": "Theirs"})):
        post.start(mailing)
    post.drive()
    post.send(gateway_id)
    client = staff.signed_in("marketer")
    Employee.objects.update(partner_id=partner.pk)

    page = client.get(staff.list_of("backoffice", Message)).text
    theirs = Message.objects.get(text="Theirs")
    deliveries = client.get(staff.list_of("backoffice", Delivery))

    assert ("Ours" in page, "Theirs" in page) == (True, False)
    assert client.get(staff.page_of("backoffice", theirs)).status_code != 200
    assert len(deliveries.context["cl"].result_list) == 1


def test_the_preview_speaks_as_nobody_of_another_partners_audience() -> None:
    cast.anna()
    asked = said(audience=post.audience(), **{"texts.en": "Dear {{ last_name }}"})
    Audience.objects.update(partner_id=make.partner("theirs").pk)
    client = staff.signed_in("senior marketer")
    address = "/backoffice/loyalty_mailings/mailing/preview/"

    seen = client.post(address, asked).text
    Employee.objects.update(partner_id=make.partner("ours").pk)
    hidden = client.post(address, asked).text

    assert "As Anna Morgan gets it" in seen
    assert "Morgan" not in hidden.replace("Dear Morgan", "")
    assert "somebody made up" in hidden


def test_the_preview_of_what_no_text_can_hold_is_refused() -> None:
    make.programme()

    for field in ("audience", "mailing_type", "texts.en"):
        asked = said(**{"audience": "x", field: "a\x00b"})
        client = staff.signed_in("senior marketer")
        assert client.post("/backoffice/loyalty_mailings/mailing/preview/", asked).status_code == 400


def test_what_starts_by_itself_is_changed_and_put_away_only_by_who_may_send() -> None:
    post.gateway()
    cast.anna()
    mailing = post.draft()
    actions.schedule(mailing, now() + timedelta(days=1), by=make.BY, at=now())
    mailing.refresh_from_db()
    edited = said(name="Other", audience=mailing.audience_id, version=str(mailing.version))
    designer, marketer = staff.signed_in("designer"), staff.signed_in("marketer")

    answers = [designer.post(at(mailing, "edit"), edited), designer.post(at(mailing, "put_away"))]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Mailing.objects.filter(name="Autumn", state="scheduled").exists()
    assert 'id="act-edit"' not in designer.get(at(mailing)).text
    assert 'id="act-edit"' in marketer.get(at(mailing)).text
    assert marketer.post(at(mailing, "edit"), edited).status_code == 302
    assert Mailing.objects.get().name == "Other"


def test_only_who_may_look_at_members_lets_a_test_speak_as_one() -> None:
    post.gateway()
    anna = cast.anna().member
    mailing = post.draft()
    asked = {"addresses": "+447700999999", "as_member": anna.public_id}

    refused = staff.signed_in("marketer").post(at(mailing, "send_test"), asked)
    assert "Only who may look at members" in refused.text
    assert not Message.objects.exists()
    staff.signed_in("senior marketer").post(at(mailing, "send_test"), asked)
    assert Message.objects.get().text == "Hello Anna"


def test_an_email_is_paid_for_by_the_message_and_sending_again_is_no_main_button() -> None:
    gateway_id = post.gateway("email", **{"": 40_000})
    cast.anna()
    mailing, client = post.email(), staff.signed_in("marketer")

    assert "It costs £0.04, 1 message." in client.get(at(mailing, "estimate")).text
    assert 'class="mail-button mail-main" id="act-start"' in client.get(at(mailing)).text
    post.start(mailing)
    post.drive()
    post.send(gateway_id, channel="email")
    post.drive()
    page = client.get(at(mailing)).text

    assert "It has cost £0.04, 1 message." in page
    assert 'class="mail-button" id="act-start" href="../start/">Send again' in page


def test_an_employee_of_one_partner_is_offered_that_partners_mailing_types_and_those_of_everybody() -> None:
    make.programme()
    ours, theirs = make.partner("ours"), make.partner("theirs")
    for code, partner in (("ours", ours), ("theirs", theirs)):
        said_type = {"name": code, "base": "mailings", "partner_id": partner.pk}
        subscriptions.add_type(code, **said_type, by=make.BY, at=make.AT)
    client = staff.signed_in("marketer")
    Employee.objects.update(partner_id=ours.pk)

    offered = [code for code, _ in client.get(ADD).context["form"].fields["mailing_type"].choices]
    client.post(ADD, said(mailing_type="theirs"))

    assert {"ours", "mailings"} <= set(offered)
    assert "theirs" not in offered
    assert not Mailing.objects.exists()


def test_a_mailing_that_cannot_be_refused_says_so_before_it_starts() -> None:
    post.gateway()
    cast.max_()
    mailing, client = post.draft(mailing_type="system"), staff.signed_in("marketer")

    for page in (client.get(at(mailing)).text, client.get(at(mailing, "start")).text):
        assert "“System messages” cannot be refused: who wants no mailings gets it, too." in page
    assert "cannot be refused" not in client.get(at(post.draft())).text


def test_a_mailing_is_copied_and_put_away() -> None:
    _, mailing, client = ready()

    client.post(at(mailing, "duplicate"))
    client.post(at(mailing, "put_away"))

    mailing.refresh_from_db()
    assert (mailing.state, Mailing.objects.exclude(pk=mailing.pk).get().name) == ("archived", "Autumn (copy)")
    assert "Send now" not in client.get(at(mailing)).text
