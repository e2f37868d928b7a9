"""From an empty programme to a till with a key: a store with its company, a till, a key; each by right and within a partner."""

from typing import Any

import pytest
from django.test import Client

from regulars.access.models import Employee, TillKey
from regulars.journal.models import Entry
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores.models import Partner, Store, Till
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def add_page(model: Any) -> str:
    return f"{staff.list_of('backoffice', model)}add/"


def add_store(client: Client, **said: Any) -> Any:
    told = {"company": "Corner Market", "name": "High Street", "code": "17", "time_zone": "Europe/London", **said}
    return client.post(add_page(Store), told)


def test_an_empty_programme_leads_to_a_till_with_a_key() -> None:
    make.programme()
    client = staff.signed_in("administrator")
    assert "add a store, put a till into it, and make the key" in client.get(staff.list_of("backoffice", Store)).text

    to_store = add_store(client)
    store = Store.objects.get()
    assert to_store.url == staff.page_of("backoffice", store)
    to_form = client.get(to_store.url.replace("change", "add_till"))
    to_till = client.post(to_form.url, {"store": store.pk, "name": "Till 3", "code": "3"})
    till = Till.objects.get()
    assert to_till.url == staff.page_of("backoffice", till)
    shown = client.post(to_till.url.replace("change", "issue_key"), {"kind": "live"})

    assert "till_live_" in shown.text
    assert (store.partner.name, store.partner.code) == ("Corner Market", "corner-market")
    assert TillKey.objects.get().till_id == till.pk


def test_what_was_added_stands_in_the_journal_with_who_did_it() -> None:
    make.programme()
    client = staff.signed_in("administrator")
    add_store(client)

    told = Entry.objects.filter(event__in=["loyalty.PartnerAdded", "loyalty.StoresAdded"])
    assert {(each.event, each.by_kind, each.door) for each in told} == {
        ("loyalty.PartnerAdded", "employee", "backoffice"),
        ("loyalty.StoresAdded", "employee", "backoffice"),
    }
    assert {each.by_id for each in told} == {Employee.objects.get().login}


def test_a_second_store_is_given_to_a_company_that_is_there() -> None:
    partner = make.partner()
    client = staff.signed_in("administrator")

    page = client.get(f"{add_page(Store)}?partner={partner.pk}")
    assert "Whose store it is" in page.text
    add_store(client, partner=partner.pk)

    assert Store.objects.get().partner == partner
    assert Partner.objects.count() == 1


def test_a_code_is_taken_once_and_the_field_says_so() -> None:
    partner = make.partner()
    client = staff.signed_in("administrator")
    add_store(client, partner=partner.pk)

    again = add_store(client, partner=partner.pk)

    assert "already has a store “17”" in again.text
    assert Store.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [{"code": ""}, {"code": "x" * 41}, {"name": ""}, {"name": "a\x00b"}, {"code": "a\x00"}, {"time_zone": "Mars"}],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_half_done(said: dict[str, str]) -> None:
    make.programme()

    answer = add_store(staff.signed_in("administrator"), **said)

    assert answer.status_code == 200
    assert not Partner.objects.exists()


def test_a_company_whose_name_is_taken_is_named_at_its_field() -> None:
    make.programme()
    stores.add_partner("corner-market", name="Corner Market", by=make.BY, at=make.AT)

    with pytest.raises(stores.CodeTaken) as refused:
        stores.add_first_store("Corner Market", code="1", name="One", time_zone="UTC", by=make.BY, at=make.AT)

    assert refused.value.field == "company"


def test_a_partner_is_added() -> None:
    make.programme()
    client = staff.signed_in("administrator")

    client.post(add_page(Partner), {"name": "Corner Market", "code": "corner"})

    assert Partner.objects.get().code == "corner"


def test_an_employee_of_one_partner_adds_to_that_partner_only() -> None:
    mine, other = make.partner(), make.partner()
    client = staff.signed_in("administrator")
    Employee.objects.update(partner_id=mine.pk)

    assert client.get(add_page(Partner)).status_code == 403
    refused = add_store(client, partner=other.pk)
    assert refused.status_code == 200
    add_store(client, partner=mine.pk)
    assert [each.partner for each in Store.objects.all()] == [mine]

    elsewhere = make.store(of=other)
    client.post(add_page(Till), {"store": elsewhere.pk, "name": "Till 1", "code": "1"})
    assert not Till.objects.exists()


@pytest.mark.parametrize("role", ["marketer", "senior marketer", "analyst", "auditor", "operator"])
def test_without_the_right_nothing_is_added_or_closed(role: str) -> None:
    till = make.till()
    client = staff.signed_in(role)

    for model in (Partner, Store, Till):
        assert client.get(add_page(model)).status_code == 403
    for verb in ("close", "reopen"):
        answer = client.post(staff.page_of("backoffice", till).replace("change", verb))
        assert answer.status_code in {403, 404}
    till.refresh_from_db()
    assert till.is_open


def test_a_till_is_closed_and_opened_again() -> None:
    till = make.till()
    client = staff.signed_in("administrator")
    page = staff.page_of("backoffice", till)
    assert "Open till again" not in client.get(page).text

    client.post(page.replace("change", "close"))
    till.refresh_from_db()
    assert not till.is_open
    assert "Open till again" in client.get(page).text

    client.post(page.replace("change", "reopen"))
    till.refresh_from_db()
    assert till.is_open
    assert list(Entry.objects.filter(event__startswith="loyalty.Till").order_by("id").values_list("event", flat=True)) == [
        "loyalty.TillsOpened", "loyalty.TillClosed", "loyalty.TillReopened",
    ]  # fmt: skip
