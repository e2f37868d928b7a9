"""A till's key is made with a kind and shown once, its use is seen, and it is taken away in one act; the team has its contacts."""

import html
import re
from typing import Any

import pytest

from regulars.access import queries as access
from regulars.access import team
from regulars.access.models import TeamContact, TillKey
from regulars.journal.models import Entry
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores import queries as store_queries
from regulars.loyalty.stores.models import Till
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
KEY = re.compile(r"till_(?:test|team|live)_[\w-]{43}")


def made(till: Till, kind: str, *roles: str) -> Any:
    client = staff.signed_in(*(roles or ("administrator",)))
    return client.post(staff.page_of("backoffice", till).replace("change", "issue_key"), {"kind": kind})


@pytest.mark.parametrize("kind", ["live", "team"])
def test_a_key_is_shown_once_and_opens_the_till(kind: str) -> None:
    till = make.till()
    client = staff.signed_in("administrator")
    page = staff.page_of("backoffice", till)

    answer = client.post(page.replace("change", "issue_key"), {"kind": kind})

    found = KEY.search(answer.text)
    assert found is not None
    assert found.group().startswith(f"till_{kind}_")
    assert access.find_till_id(found.group()) == till.pk
    assert "no-store" in answer.headers["Cache-Control"]
    assert found.group() not in client.get(page).text
    assert found.group() not in client.get(staff.page_of("backoffice", TillKey.objects.get())).text


def test_a_key_for_tests_belongs_to_the_till_that_stands_in_and_is_seen_on_both_pages() -> None:
    till = make.till()

    answer = made(till, "test")

    key = TillKey.objects.get()
    stand_in = Till.objects.get(test_of=till)
    assert key.till_id == stand_in.pk
    assert KEY.search(answer.text)
    client = staff.signed_in("administrator")
    for row in (till, stand_in):
        assert str(key) in client.get(staff.page_of("backoffice", row)).text
    assert "Close till" not in client.get(staff.page_of("backoffice", stand_in)).text


def test_the_command_on_the_page_is_for_the_key_and_this_installation(settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "https://club.example.org"

    shown = html.unescape(made(make.till(), "test").text)

    key = KEY.search(shown)
    assert key is not None
    assert f'curl -H "Authorization: Bearer {key.group()}" https://club.example.org/api/pos/v1/purchases' in shown


def test_a_kind_must_be_chosen() -> None:
    answer = made(make.till(), "production")

    assert answer.status_code == 200
    assert not TillKey.objects.exists()


def test_when_a_key_was_used_stands_on_the_tills_page() -> None:
    till = make.till()
    key = stores.issue_key(till, kind="live", by=make.BY, at=make.AT)
    client = staff.signed_in("administrator")
    page = staff.page_of("backoffice", till)
    assert "Never" in client.get(page).text

    store_queries.find_by_key(key)

    assert "Never" not in client.get(page).text


def test_a_key_is_revoked_once() -> None:
    key_page = _page_of_a_key()
    client = staff.signed_in("administrator")
    assert "Revoke key" in client.get(key_page).text

    client.post(key_page.replace("change", "revoke"))

    assert TillKey.objects.get().revoked_at is not None
    assert "Revoke key" not in client.get(key_page).text


def _page_of_a_key() -> str:
    stores.issue_key(make.till(), kind="live", by=make.BY, at=make.AT)
    return staff.page_of("backoffice", TillKey.objects.get())


def test_looking_at_a_till_does_not_give_the_right_to_its_key() -> None:
    till = make.till()
    client = staff.signed_in("marketer")

    assert client.get(staff.page_of("backoffice", till)).status_code == 200
    assert made(till, "live", "marketer").status_code == 403
    assert not TillKey.objects.exists()


def test_keys_of_another_partner_are_not_shown() -> None:
    page = _page_of_a_key()
    other = make.partner()
    client = staff.signed_in("administrator")
    from regulars.access.models import Employee

    Employee.objects.update(partner_id=other.pk)

    assert client.get(page).status_code == 302
    assert client.post(page.replace("change", "revoke")).status_code == 404
    assert TillKey.objects.get().revoked_at is None


# --- the team


def test_a_contact_is_added_and_removed_by_right() -> None:
    client = staff.signed_in("administrator")
    listed = staff.list_of("backoffice", TeamContact)

    client.post(f"{listed}add_contact/", {"address": " +44 7700 900009 ", "note": "Olga's phone"})

    contact = TeamContact.objects.get()
    assert (contact.address, contact.note) == ("+447700900009", "Olga's phone")
    assert "+447700900009" in client.get(listed).text

    client.post(staff.page_of("backoffice", contact).replace("change", "remove"))
    assert not TeamContact.objects.exists()
    told = Entry.objects.filter(event__startswith="access.TeamContact").order_by("id")
    assert [(each.event, each.body) for each in told] == [
        ("access.TeamContactAdded", {"contact_id": contact.pk}),
        ("access.TeamContactRemoved", {"contact_id": contact.pk}),
    ]


@pytest.mark.parametrize("address", ["07700900009", "nobody", "a@b", "+44", "\x00", "x" * 300])
def test_what_is_no_address_is_refused_in_words(address: str) -> None:
    client = staff.signed_in("administrator")

    answer = client.post(f"{staff.list_of('backoffice', TeamContact)}add_contact/", {"address": address})

    assert answer.status_code == 200
    assert not TeamContact.objects.exists()


def test_a_contact_is_there_once() -> None:
    team.add_contact("Olga@Example.org", by=make.BY, at=make.AT)

    with pytest.raises(team.ContactKnown):
        team.add_contact("olga@example.org", by=make.BY, at=make.AT)


def test_an_auditor_looks_at_the_team_and_changes_nothing() -> None:
    contact = team.add_contact("olga@example.org", by=make.BY, at=make.AT)
    client = staff.signed_in("auditor")
    listed = staff.list_of("backoffice", TeamContact)

    assert "olga@example.org" in client.get(listed).text
    assert client.post(f"{listed}add_contact/", {"address": "max@example.org"}).status_code == 403
    assert client.post(staff.page_of("backoffice", contact).replace("change", "remove")).status_code == 403
    assert TeamContact.objects.count() == 1
