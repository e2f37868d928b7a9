"""The tills' API tells every problem so that its reader can act: where it is explained, what was meant, and under which id."""

import html
import json
import logging
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.api import helps
from regulars.api.errors import list_errors
from regulars.kit.logs import Lines
from tests import make
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
ADDRESS = "/api/pos/v1/purchases/r1/calculate"
LINE = {"number": 1, "sku": "4006", "quantity": 1000, "unit_price": 250}
GOOD = {"currency": "GBP", "sold_at": "2026-11-24T09:00:00Z", "lines": [LINE]}


@pytest.fixture
def till(db, still_clock):
    make.programme()
    key = access.issue_till_key(make.till().pk, by=make.BY, at=make.AT)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    return lambda **changes: client.post(ADDRESS, json.dumps(GOOD | changes), content_type="application/json")


@pytest.mark.parametrize(
    ("changes", "pointer", "meant"),
    [
        ({"curency": "GBP"}, "#/curency", "currency"),
        ({"custommer": "x"}, "#/custommer", "customer"),
        ({"lines": [{**LINE, "qty_unit_price": 1, "unitprice": 2}]}, "#/lines/0/unitprice", "unit_price"),
        ({"lines": [{**LINE, "till_discout": 1}]}, "#/lines/0/till_discout", "till_discount"),
    ],
)
def test_an_unknown_field_names_the_nearest(till, changes, pointer, meant):
    errors = {each["pointer"]: each for each in till(**changes).json()["errors"]}

    assert errors[pointer]["message"] == f"is not known here. Did you mean “{meant}”?"
    assert errors[pointer]["code"] == "unknown_field"


def test_a_field_that_resembles_none_names_none(till):
    assert till(zzz=1).json()["errors"][0]["message"] == "is not known here."


def test_the_type_of_a_problem_opens_its_explanation_with_what_helps(till):
    told = till(currency="EUR").json()
    where = urlsplit(told["type"])

    page = html.unescape(Client().get(where.path).text)

    place = page.partition(f'id="{where.fragment}"')[2]
    assert helps.BY_CODE[told["code"]] in place.partition("</dd>")[0]


def test_every_code_says_what_helps_and_what_tills_meet_says_it_in_its_own_words():
    codes = {error.code: error for error in list_errors()}
    source = "".join(
        path.read_text()
        for folder in ("api", "loyalty/checkout", "loyalty/points", "loyalty/registration")
        for path in Path(ROOT / "regulars" / folder).rglob("*.py")
        if path.name != "helps.py"
    )
    of_tills = {code for code in codes if f'code = "{code}"' in source}

    assert [code for code, error in codes.items() if not error.helps.endswith(".")] == []
    assert sorted(of_tills - helps.BY_CODE.keys()) == []
    assert sorted(helps.BY_CODE.keys() - codes.keys()) == []


def test_a_request_has_one_id_in_body_header_and_log(till, caplog):
    caplog.handler.setFormatter(Lines("json"))
    with caplog.at_level(logging.WARNING, logger="django.request"):
        answer = till(currency="EUR")

    told = answer.json()["request_id"]
    assert answer["Request-Id"] == told
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert {line["request"] for line in lines if line["logger"] == "django.request"} == {told}
