"""Audiences are built row by row, counted while one builds, saved through the room, and shown to those who may look."""

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from regulars.access import actions as access
from regulars.journal.models import Entry
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences import queries
from regulars.loyalty.audiences.filters import EVERYBODY, MOST_CONDITIONS, Filter, Group
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.programme import actions as programmes
from regulars.web.backoffice import audience_builder
from regulars.web.backoffice.audience_builder import act, of_filter, of_post
from tests import cast, make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db

LIST = "/backoffice/loyalty_audiences/audience/"
BATH = Group("all", (asked.City(("Bath",)),))
STORY = Group(
    "all",
    (
        asked.BoughtCategory("milk", 30),
        asked.PointsBalance("points", 100),
        Group("any", (asked.City(("Bath",)), asked.City(("Oxford",)))),
    ),
)
SAID: dict[str, Any] = {
    "name": "Milk in Bath or Oxford",
    "f.match": "all",
    "node": ["f-0", "f-1", "f-2", "f-2-0", "f-2-1"],
    "f-0.kind": "bought_category", "f-0.so": "yes", "f-0.group": "Milk", "f-0.times": "1", "f-0.days": "30",
    "f-1.kind": "points_balance", "f-1.compare": "least", "f-1.least": "100",
    "f-2.kind": "group", "f-2.match": "any",
    "f-2-0.kind": "city", "f-2-0.so": "yes", "f-2-0.city": "Bath",
    "f-2-1.kind": "city", "f-2-1.so": "yes", "f-2-1.cities": ["Oxford"], "f-2-1.city": "",
}  # fmt: skip
EVERY_KIND = (
    asked.Consent("mailings", "email", False),
    asked.City(("Bath", "Oxford"), False),
    asked.BirthdayMonth((2, 12)),
    asked.BirthdaySoon(0),
    asked.BoughtCategory("milk", 30, 3, False),
    asked.PointsBalance("points", 100),
    asked.PointsBalance("points", None, 1500),
    asked.PointsBalance("points", 1, 2),
    asked.Registered(30),
    asked.Registered(None, date(2026, 3, 1)),
    asked.LastPurchase(90, False),
    asked.Language(("en", "ru")),
)


@pytest.fixture
def marketer() -> Client:
    make.programme()
    make.group("milk")
    return staff.signed_in("marketer")


def saved(filter: Filter = BATH, name: str = "In Bath", **fields: Any) -> Audience:
    make.programme()
    return audiences.save(name, filter=filter, by=make.BY, at=make.AT, **fields)


def size(client: Client, **said: Any) -> str:
    return client.post(f"{LIST}size/", said).text


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would post from the form of a page, unchanged."""

    posted: dict[str, list[str]] = {}

    class Form(HTMLParser):
        select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            said = dict(attrs)
            name, value = said.get("name") or "", said.get("value") or ""
            if tag == "select":
                self.select, self.is_chosen = name, False
            elif tag == "option" and self.select and ("selected" in said or self.select not in posted):
                posted[self.select] = [value]
            elif tag == "input" and name and (said.get("type") != "checkbox" or "checked" in said):
                posted.setdefault(name, []).append(value)

        def handle_endtag(self, tag: str) -> None:
            if tag == "select":
                self.select = ""

    Form().feed(page.partition('id="audience"')[2].partition("</form>")[0])
    return posted


def test_what_was_built_is_saved_in_the_rooms_words(marketer: Client) -> None:
    answer = marketer.post(f"{LIST}add/", SAID)

    made = Audience.objects.get()
    assert answer.status_code == 302
    assert made.name == "Milk in Bath or Oxford"
    assert queries.get_filter(made) == STORY
    assert Entry.objects.get(event="loyalty.AudienceSaved").by_kind == "employee"
    listed = marketer.get(answer.headers["Location"]).text
    assert "bought Milk in the last 30 days, have at least 100 points and (live in Bath or live in Oxford)" in listed


@pytest.mark.parametrize("match", ["all", "any", "none"])
def test_an_audience_opens_as_it_was_saved_whatever_it_asks(marketer: Client, match: Any) -> None:
    filter = Group(match, (*EVERY_KIND, Group("none", EVERY_KIND[:3]), Group("any", (Group("all", EVERY_KIND[3:6]),))))
    audience = saved(filter)
    at = staff.page_of("backoffice", audience)

    answer = marketer.post(at, fields_of(marketer.get(at).text))

    audience.refresh_from_db()
    assert answer.status_code == 302
    assert queries.get_filter(audience) == filter
    assert audience.version == 1


@pytest.mark.parametrize("condition", EVERY_KIND, ids=lambda each: each.kind)
def test_every_condition_is_written_into_fields_and_read_back(marketer: Client, condition: asked.Condition) -> None:
    names = queries.get_names()

    row = of_filter(Group("all", (condition,)), names).inside[0]

    assert isinstance(row, audience_builder.Row)
    assert row.read(names) == condition


def test_points_are_typed_with_their_decimals(marketer: Client) -> None:
    programmes.add_points_currency("stars", name="Stars", decimals=2, by=make.BY, at=make.AT)
    said = {
        "node": "f-0",
        "f-0.kind": "points_balance",
        "f-0.currency": "stars",
        "f-0.compare": "least",
        "name": "Stars",
    }

    refused = marketer.post(f"{LIST}add/", {**said, "f-0.least": "12.505"}).text
    marketer.post(f"{LIST}add/", {**said, "f-0.least": "1 212,50"})

    assert "at most 2 digits after the point" in refused
    assert queries.get_filter(Audience.objects.get()) == Group("all", (asked.PointsBalance("stars", 121_250),))


def test_the_size_is_told_while_one_builds(marketer: Client) -> None:
    for city in ("Bath", "Bath", "York"):
        make.member(city=city, email=f"m{make.number()}@example.org" if city == "York" else "")

    everybody = size(marketer)
    bath = size(marketer, **{"node": "f-0", "f-0.kind": "city", "f-0.cities": "bath"})

    assert '<span class="audience-count" id="audience-count">3</span>' in everybody
    assert "All members" in everybody
    assert '<span class="audience-count" id="audience-count">2</span>' in bath
    assert "Reachable by SMS</dt><dd>2<" in bath
    assert "Reachable by Email</dt><dd>0<" in bath
    assert "2 members by this alone" in bath


def test_the_reachable_are_counted_for_the_chosen_mailing_type(marketer: Client) -> None:
    cast.max_()

    assert "Reachable by SMS</dt><dd>0<" in size(marketer, mailing_type="mailings")
    assert "Reachable by SMS</dt><dd>1<" in size(marketer, mailing_type="system")


def test_what_is_not_finished_is_said_and_left_out_of_the_size(marketer: Client) -> None:
    make.member(city="Bath")
    said = {
        "node": ["f-0", "f-1"],
        "f-0.kind": "city",
        "f-0.cities": "Bath",
        "f-1.kind": "last_purchase",
        "f-1.days": "x",
    }

    page = size(marketer, **said)

    assert '<span class="audience-count" id="audience-count">1</span>' in page
    assert "Members in Bath</p>" in page
    assert "Bought anything: Give a whole number from 1 to 3,650." in page


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("f-0.group", "Caviar", "There is no product group “Caviar”"),
        ("f-0.group", "", "Choose a product group."),
        ("f-0.days", "", "Give a whole number"),
        ("f-0.days", "9" * 30, "Give a whole number"),
        ("f-0.times", "0", "Give a whole number"),
        ("f-1.least", "many", "Give a number of points"),
        ("f-1.least", "-5", "Give a number of points"),
        ("f-2-0.city", "", "Choose at least one"),
        ("f-1.kind", "shoe_size", "Choose what must be true"),
        ("name", "  ", "Give the audience a name"),
    ],
)
def test_what_cannot_be_saved_stays_as_typed_with_the_reason_beside_it(
    marketer: Client, field: str, typed: str, complaint: str
) -> None:
    answer = marketer.post(f"{LIST}add/", {**SAID, field: typed})

    assert answer.status_code == 200
    assert complaint in answer.text
    assert not Audience.objects.exists()
    assert "audience-wrong" in answer.text or field == "name"
    if typed and field.rpartition(".")[2] in ("group", "days", "least"):
        assert f'value="{typed}"' in answer.text


def test_an_empty_group_is_marked(marketer: Client) -> None:
    answer = marketer.post(f"{LIST}add/", {"name": "x", "node": "f-0", "f-0.kind": "group", "f-0.match": "any"})

    assert "This group is empty" in answer.text
    assert not Audience.objects.exists()


def test_a_change_made_meanwhile_is_not_overwritten(marketer: Client) -> None:
    audience = saved()
    at = staff.page_of("backoffice", audience)
    opened = fields_of(marketer.get(at).text)
    audiences.change(audience, name="In York", filter=EVERYBODY, version=1, by=make.OPERATOR, at=make.AT)

    answer = marketer.post(at, {**opened, "name": "Mine"})

    assert "operator-1 changed this audience meanwhile" in answer.text
    assert 'value="Mine"' in answer.text
    assert Audience.objects.get().name == "In York"


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 40])
def test_a_version_that_is_none_changes_nothing(marketer: Client, version: str) -> None:
    audience = saved()

    answer = marketer.post(staff.page_of("backoffice", audience), {"name": "Mine", "version": version})

    assert answer.status_code == 200
    assert Audience.objects.get().name == "In Bath"


def test_buttons_add_nest_and_remove(marketer: Client) -> None:
    make.programme()
    said = {"node": ["f-0", "f-1"], "f-0.kind": "city", "f-0.cities": "Bath", "f-1.kind": "language"}

    added = marketer.post(f"{LIST}builder/", {**said, "act": "add:f"}).text
    nested = marketer.post(f"{LIST}builder/", {**said, "act": "nest:f"}).text
    removed = marketer.post(f"{LIST}builder/", {**said, "act": "remove:f-0"}).text
    chosen = marketer.post(f"{LIST}builder/", {"node": "f-0", "f-0.kind": "birthday_soon", "act": "choose:f-0"}).text

    assert 'name="f-2.kind"' in added
    assert 'name="f-2-0.kind"' in nested
    assert "Bath" not in removed
    assert 'name="f-0.kind"' in removed
    assert 'name="f-1.kind"' not in removed
    assert 'name="f-0.days" id="f-0-days" value="7"' in chosen


def test_groups_do_not_go_deeper_than_filters_do(marketer: Client) -> None:

    post = QueryDict("node=f-0&node=f-0-0&f-0.kind=group&f-0-0.kind=group")

    root = act(of_post(post), "nest:f-0-0")

    assert [group.path for group in root.groups()] == ["f", "f-0", "f-0-0"]


@pytest.mark.parametrize(
    "said",
    [
        {"node": ["f-9-9", "x", "", "f-0", "f-0"], "f-0.kind": "city"},
        {"node": [f"f-{n}" for n in range(500)]},
        {"act": "explode:f", "f.match": "most"},
        {"node": "f-0", "f-0.kind": "birthday_month", "f-0.months": ["²", "x"]},
        {"node": "f-0", "f-0.kind": "points_balance", "f-0.least": "NaN", "f-0.currency": "gold"},
        {"node": "f-0", "f-0.kind": "points_balance", "f-0.least": "1e999999999"},
        {"node": "f-0", "f-0.kind": "consent", "f-0.mailing_type": "x" * 5000},
        {"node": "f-0", "f-0.kind": "registered", "f-0.when": "before", "f-0.before": "31.12.2026"},
        {"node": "f-0", "f-0.kind": "city", "f-0.cities": "a\x00b"},
        {"mailing_type": "x\x00"},
    ],
)
def test_nonsense_is_taken_calmly(marketer: Client, said: dict[str, Any]) -> None:
    for address in (f"{LIST}builder/", f"{LIST}size/", f"{LIST}add/"):
        assert marketer.post(address, {**said, "name": ""}).status_code == 200, address
    assert not Audience.objects.exists()


def test_more_conditions_than_a_filter_takes_are_refused_in_words(marketer: Client) -> None:
    rows = {f"f-{n}.{part}": said for n in range(31) for part, said in (("kind", "language"), ("locales", "en"))}

    answer = marketer.post(f"{LIST}add/", {"name": "Many", "node": [f"f-{n}" for n in range(31)], **rows})

    assert f"at most {MOST_CONDITIONS} conditions" in answer.text
    assert not Audience.objects.exists()


def test_contacts_in_the_sample_are_masked_and_names_are_for_who_may_see_members(marketer: Client) -> None:
    cast.anna()

    to_marketer = size(marketer)
    to_senior = size(staff.signed_in("senior marketer"))

    assert "Anna Morgan" not in to_marketer
    assert "a person" in to_marketer
    assert "Anna Morgan" in to_senior
    for page in (to_marketer, to_senior):
        assert "anna@example.org" not in page
        assert "a•••@example.org" in page
        assert "900001" not in page


def test_archiving_and_copying_ask_first(marketer: Client) -> None:
    audience = saved()
    at = staff.page_of("backoffice", audience)

    asked_first = marketer.get(at.replace("change", "archive")).status_code
    assert not Audience.objects.get().is_archived
    copied = marketer.post(at.replace("change", "copy"))
    marketer.post(at.replace("change", "archive"))

    assert asked_first == 200
    assert "In Bath (copy)" in marketer.get(copied.headers["Location"]).text
    audience.refresh_from_db()
    assert audience.is_archived
    assert "Archived" in marketer.get(at).text
    assert marketer.post(at, {"name": "Again", "version": "1"}).status_code == 403


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_may_only_look_sees_sentence_and_size_and_changes_nothing(role: str) -> None:
    audience = saved()
    make.member(city="Bath")
    client = staff.signed_in(role)
    at = staff.page_of("backoffice", audience)

    page = client.get(at).text

    assert "Members in Bath" in page
    assert '<span class="audience-count" id="audience-count">1</span>' in page
    assert "Save audience" not in page
    for address in (at, f"{LIST}add/", f"{LIST}builder/", f"{LIST}size/", at.replace("change", "archive")):
        assert client.post(address, {"name": "Mine", "version": "1"}).status_code == 403, address
    assert not Audience.objects.get().is_archived


def test_who_may_not_look_is_kept_out() -> None:
    audience = saved()
    client = staff.signed_in("operator")

    assert client.get(LIST).status_code == 403
    assert client.get(staff.page_of("backoffice", audience)).status_code == 403


def test_an_employee_of_one_partner_changes_that_partners_audiences_only() -> None:
    mine, theirs = make.partner(), make.partner()
    shared, foreign, own = (
        saved(name=name, partner_id=of) for name, of in (("Shared", None), ("Foreign", theirs.pk), ("Own", mine.pk))
    )
    employee = access.add_employee(
        "scoped", name="Olga", roles=["marketer"], password=None, partner_id=mine.pk, by=make.BY, at=make.AT
    )
    client = Client()
    client.force_login(employee)

    listed = client.get(LIST).text
    client.post(f"{LIST}add/", {"name": "New"})
    client.post(staff.page_of("backoffice", shared).replace("change", "copy"))

    assert ("Shared" in listed, "Foreign" in listed, "Own" in listed) == (True, False, True)
    assert client.get(staff.page_of("backoffice", foreign)).status_code in (302, 404)
    assert client.post(staff.page_of("backoffice", shared), {"name": "x", "version": "1"}).status_code == 403
    assert client.post(staff.page_of("backoffice", shared).replace("change", "archive")).status_code == 403
    assert client.post(staff.page_of("backoffice", own), {"name": "Mine", "version": "1"}).status_code == 302
    made = Audience.objects.filter(name__in=["New", "Shared (copy)"])
    assert {each.partner_id for each in made} == {mine.pk}
    assert len(made) == 2
