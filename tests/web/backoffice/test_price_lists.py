"""What a provider charges stands on its gateway, and is said there by who may."""

import pytest

from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Gateway
from tests import make
from tests.loyalty.mailings import post
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def page(gateway_id: int) -> str:
    return staff.page_of("backoffice", Gateway.objects.get(pk=gateway_id))


def address(gateway_id: int) -> str:
    return page(gateway_id).replace("change", "set_prices")


def test_a_price_list_is_shown_and_replaced() -> None:
    make.programme()
    gateway_id = post.gateway(**{"": 90_000, "+7": 25_000})
    client = staff.signed_in("administrator")

    page, asked = client.get(staff.page_of("backoffice", Gateway.objects.get())).text, client.get(address(gateway_id))
    client.post(address(gateway_id), {"lines": "0,04\n\n+7999   0.0125\n+44 1"})

    assert "Any other address" in page
    assert "0.025" in page
    assert "0.09\n+7 0.025" in asked.text.replace("\r", "")
    assert queries.list_prices("sms") == {"": 40_000, "+7999": 12_500, "+44": 1_000_000}


@pytest.mark.parametrize(
    "lines", ["cheap", "+7 1 2", "+7 -1", "+7 0.0000001", "7 1", "+7 NaN", "+7 1e30", "+7 1e999999", "٣", "+7 1\n+7 2"]
)
def test_what_is_no_price_is_refused_and_the_list_stays(lines: str) -> None:
    gateway_id = post.gateway(**{"": 1})

    answer = staff.signed_in("administrator").post(address(gateway_id), {"lines": lines})

    assert answer.status_code == 200
    assert queries.list_prices("sms") == {"": 1}


def test_a_pause_is_shown_with_its_reason_while_it_lasts() -> None:
    gateway_id = post.gateway()
    client = staff.signed_in("operator")
    providers.pause(gateway_id, code="bind refused", seconds=3600, by=make.BY, at=make.AT)

    shown = [client.get(address).text for address in (staff.list_of("backoffice", Gateway), page(gateway_id))]
    assert all("until " in page and "bind refused" in page for page in shown)

    Gateway.objects.update(paused_until=make.AT)
    assert "bind refused" not in client.get(staff.list_of("backoffice", Gateway)).text


def test_an_empty_list_is_no_price_list() -> None:
    gateway_id = post.gateway(**{"": 1})

    staff.signed_in("administrator").post(address(gateway_id), {"lines": ""})

    assert queries.list_prices("sms") == {}


@pytest.mark.parametrize("role", ["senior marketer", "operator", "auditor"])
def test_others_only_look(role: str) -> None:
    gateway_id = post.gateway(**{"": 1})
    client = staff.signed_in(role)

    assert client.get(staff.page_of("backoffice", Gateway.objects.get())).status_code == 200
    assert client.post(address(gateway_id), {"lines": ""}).status_code == 403
    assert queries.list_prices("sms") == {"": 1}
