"""Every list and every row's page of both desks opens, with rows in it and without."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.loyalty.members.models import Member
from regulars.loyalty.programme.models import Programme
from regulars.loyalty.purchases.models import Purchase
from regulars.messages.models import Message
from regulars.providers.models import Gateway
from regulars.smartcomms.customers.models import Customer
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("system", staff.DESKS)
def test_every_list_and_every_page_opens_with_rows_in_it(system: str) -> None:
    staff.shop()
    client = staff.signed_in("administrator")

    for model, pages in staff.pages_of(system).items():
        listed = client.get(staff.list_of(system, model))
        row = pages.get_queryset(listed.wsgi_request).first()
        assert row is not None, f"no row of {model} in the shop"
        if model is Programme:  # there is one, so its page opens at once
            assert listed.headers["Location"] == staff.page_of(system, row)
        else:
            assert listed.status_code == 200, model
            assert "result_list" in listed.text, model
        opened = client.get(staff.page_of(system, row))
        assert opened.status_code == 200, model


@pytest.mark.parametrize("system", staff.DESKS)
def test_every_list_opens_without_rows(system: str) -> None:
    client = staff.signed_in("administrator")

    for model in staff.pages_of(system):
        assert client.get(staff.list_of(system, model)).status_code == 200, model


@pytest.mark.parametrize("system", staff.DESKS)
def test_every_list_can_be_searched_and_filtered(system: str) -> None:
    staff.shop()
    client = staff.signed_in("administrator")

    for model, pages in staff.pages_of(system).items():
        assert client.get(staff.list_of(system, model), {"q": "Anna +44 7700 900001"}).status_code == 200, model
        for each in pages.list_filter:
            field = each[0] if isinstance(each, tuple) else each.parameter_name
            asked = {
                f"{field}__exact": "1",
                f"{field}_from_0": "2026-11-24",
                f"{field}_from_1": "09:00",
                f"{field}": "sms",
            }
            assert client.get(staff.list_of(system, model), asked).status_code in {200, 302}, (model, field)


def test_a_day_in_a_filter_is_the_whole_day_in_the_programmes_zone() -> None:
    staff.shop()
    client = staff.signed_in("administrator")
    address = staff.list_of("backoffice", Purchase)

    that_day = client.get(address, {"confirmed_at_from_0": "2026-11-24", "confirmed_at_to_0": "2026-11-24"}).text
    before = client.get(address, {"confirmed_at_to_0": "2026-11-23"}).text
    nonsense = client.get(address, {"confirmed_at_from_0": "soon"}).text

    assert ["R-1" in page for page in (that_day, before, nonsense)] == [True, False, True]


def test_nul_in_an_address_is_refused() -> None:
    client = staff.signed_in("administrator")

    assert client.get(staff.list_of("backoffice", Message) + "?state__exact=%00").status_code == 400
    assert client.get("/smartcomms/smartcomms_customers/customer/a%00b/change/").status_code == 400
    assert "q" in client.get(staff.list_of("backoffice", Member) + "?q=a").text


def test_names_on_a_list_cost_one_query_a_kind() -> None:
    staff.shop()
    client = staff.signed_in("administrator")
    client.get(staff.list_of("backoffice", Purchase))

    with CaptureQueriesContext(connection) as few:
        client.get(staff.list_of("backoffice", Purchase))
    first = Purchase.objects.get()
    for number in range(20):
        first.pk, first.number = None, f"R-{number + 2}"
        first.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        client.get(staff.list_of("backoffice", Purchase))

    assert len(many) == len(few), [each["sql"] for each in many]


def test_contacts_passwords_and_codes_are_not_shown() -> None:
    anna = staff.shop()
    client = staff.signed_in("administrator")
    code = staff.message("loyalty", anna.public_id, message_class="code", lane=0, text="Your code is 123456")

    shown = [
        client.get(staff.page_of("backoffice", anna)).text,
        client.get(staff.list_of("backoffice", Message)).text,
        client.get(staff.page_of("backoffice", code)).text,
        client.get(staff.page_of("backoffice", Gateway.objects.get())).text,
        client.get(f"/smartcomms/smartcomms_customers/customer/{anna.public_id}/change/").text,
    ]

    assert not [page for page in shown for secret in ("7700900001", "anna@", "hush-hush", "123456") if secret in page]
    assert "+44 ••• 01" in shown[0]


def test_pages_speak_english_and_the_programmes_zone_whatever_the_browser_prefers() -> None:
    make.programme()
    client = staff.signed_in("administrator")

    page = client.get("/backoffice/").text

    assert 'lang="en"' in page
    assert "Europe/London" in page


def test_a_customer_whose_id_looks_like_an_escape_opens() -> None:
    customer = Customer.objects.create(person_id="mem_5f000000000000000000000000", version_at=make.AT)

    page = staff.signed_in("administrator").get(staff.page_of("smartcomms", customer))

    assert page.status_code == 200
