"""Every list leaves as a file: what its filters show, plain, without formulas and contacts, written into the journal."""

import csv
import io
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from regulars.access import actions as access
from regulars.access import permissions
from regulars.journal.models import Entry
from regulars.kit import sheets
from regulars.loyalty.goods.models import Product
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores.models import Store
from regulars.messages.models import Message
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
FORMULAS = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", " =1+1"]


def export_of(system: str, model: Any) -> str:
    """The address at which a list leaves as a file."""
    return staff.list_of(system, model) + "export/"


def text_of(client: Client, address: str, **asked: str) -> str:
    """The whole file."""
    answer = client.get(address, asked)
    assert answer.status_code == 200, (address, answer.status_code)
    return b"".join(answer.streaming_content).decode()


def rows_of(text: str) -> list[list[str]]:
    """The cells of a file."""
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("system", staff.DESKS)
def test_every_list_leaves_with_its_heads_and_its_rows(system: str) -> None:
    staff.shop()
    client = staff.signed_in("administrator")

    for model, pages in staff.pages_of(system).items():
        listed = rows_of(text_of(client, export_of(system, model)))
        request = client.get("/healthz").wsgi_request
        request.user = type("Anybody", (), {"partner_id": None})()
        assert len(listed) == pages.get_queryset(request).count() + 1, model
        assert all(len(line) == len(listed[0]) for line in listed), model


@pytest.mark.parametrize("system", staff.DESKS)
def test_no_cell_of_any_list_is_run_by_a_spreadsheet(system: str) -> None:
    staff.shop()
    client = staff.signed_in("administrator")
    for model in staff.pages_of(system):
        names = {field.name for field in model._meta.fields} & {"name", "last_name", "first_name", "city", "reason"}
        if names and not getattr(model, "append_only", False):
            model._default_manager.update(**dict.fromkeys(names, FORMULAS[0]))

    for model in staff.pages_of(system):
        for line in rows_of(text_of(client, export_of(system, model))):
            for cell in line:
                assert sheets.quoted(cell) == cell or is_number(cell) or cell.startswith("'"), (model, cell)


def is_number(cell: str) -> bool:
    """Whether a cell is a bare number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_name_that_is_a_formula_leaves_as_a_text_and_can_be_read_back(formula: str) -> None:
    staff.shop()
    Product.objects.update(name=formula)
    Offer.objects.update(name=formula)
    Member.objects.update(first_name="", last_name=formula)
    client = staff.signed_in("administrator")

    for model in (Product, Offer, Member):
        cell = rows_of(text_of(client, export_of("backoffice", model)))[1][0]
        assert cell.startswith("'"), (model, cell)
        assert sheets.unquoted(cell).strip() == formula.strip()


def test_values_are_plain_numbers_and_times_with_a_zone() -> None:
    staff.shop()
    Purchase.objects.update(total=123_456_789, discount=-50)
    client = staff.signed_in("administrator")

    heads, line = rows_of(text_of(client, export_of("backoffice", Purchase)))

    told = dict(zip(heads, line, strict=True))
    assert told["Paid, GBP"] == "1234567.89"
    assert told["Our discount, GBP"] == "-0.50"
    assert told["Sold"] == "2026-11-24T09:00:00+00:00"
    assert told["Member"] == "Anna Morgan"


def test_what_the_filters_show_is_what_leaves() -> None:
    staff.shop()
    make.product("coffee-1", name="Coffee")
    client = staff.signed_in("administrator")

    found = rows_of(text_of(client, export_of("backoffice", Product), q="coffee-1"))
    none = rows_of(text_of(client, export_of("backoffice", Purchase), confirmed_at_to_0="2020-01-01"))

    assert [line[0] for line in found] == ["Name", "Coffee"]
    assert len(none) == 1
    assert client.get(export_of("backoffice", Message) + "?nonsense=1").status_code in {200, 302}


def test_the_journal_knows_who_took_what_and_not_for_whom_they_searched() -> None:
    staff.shop()
    client = staff.signed_in("administrator")

    text_of(client, export_of("backoffice", Member), q="+44 7700 900001", state__exact="active")

    entry = Entry.objects.get(event="access.ListExported")
    assert entry.by_kind == "employee"
    assert entry.door == "backoffice"
    assert entry.body["list"] == "loyalty_members.member"
    assert entry.body["room"] == "members"
    assert entry.body["filters"] == {"q": "searched", "state__exact": "active"}
    assert entry.body["rows"] in {0, 1}
    assert "7700" not in str(entry.body)


def test_contacts_codes_and_passwords_do_not_leave() -> None:
    anna = staff.shop()
    staff.message("loyalty", anna.public_id, message_class="code", lane=0, text="Your code is 123456")
    client = staff.signed_in("administrator")

    for system in staff.DESKS:
        for model in staff.pages_of(system):
            text = text_of(client, export_of(system, model))
            for secret in ("7700900001", "anna@", "hush-hush", "123456"):
                assert secret not in text, (model, secret)


@pytest.mark.parametrize("role", permissions.ROLES)
def test_a_list_leaves_by_the_permission_table_only(role: str) -> None:
    make.programme()
    client = staff.signed_in(role)

    for model in staff.pages_of("backoffice"):
        room = permissions.room_of(model._meta.app_label)
        may = permissions.allows([role], f"{room}.view") and permissions.allows([role], f"{room}.export")
        assert client.get(export_of("backoffice", model)).status_code == (200 if may else 403), (role, model)


def test_an_employee_of_one_partner_takes_that_partners_rows_only() -> None:
    make.programme()
    mine, theirs = make.partner("mine"), make.partner("theirs")
    make.store("store-mine", of=mine)
    make.store("store-theirs", of=theirs)
    employee = access.add_employee(
        "scoped", name="Olga", roles=["administrator"], password=None, partner_id=mine.pk, by=make.BY, at=make.AT
    )
    client = Client()
    client.force_login(employee)

    text = text_of(client, export_of("backoffice", Store))

    assert "store-mine" in text
    assert "store-theirs" not in text


def test_fifty_thousand_rows_stay_in_little_memory() -> None:
    make.programme()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into loyalty_goods_product (sku, name, brand, groups, unit_price)"
            " select 'sku-' || n, 'Product ' || n, '', '{}', n from generate_series(1, 50000) n"
        )
    client = staff.signed_in("administrator")
    answer = client.get(export_of("backoffice", Product))

    tracemalloc.start()
    try:
        lines = sum(piece.count(b"\r\n") for piece in answer.streaming_content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert lines == 50_001
    assert peak < 12_000_000, f"{peak / 1e6:.1f} MB"


def test_a_list_offers_the_file_to_who_may_take_it() -> None:
    staff.shop()
    page = staff.signed_in("analyst").get(staff.list_of("backoffice", Purchase) + "?q=R-1").text
    other = staff.signed_in("operator").get(staff.list_of("backoffice", Purchase)).text

    assert 'export/?q=R-1"' in page
    assert "Export as CSV" not in other
