"""In at the till, out at the phone; then off in one system, and off in the other; then gone from both."""

import httpx2
import pytest

from regulars.kit import clock
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries as people
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as consent
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.management.demo.form import Form
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions import links
from regulars.smartcomms.subscriptions import queries as switches
from tests import make
from tests.stories.conftest import House, until

PHONE = "+447700900101"
pytestmark = pytest.mark.xdist_group("stories")


def _open_the_link(house: House, person_id: str) -> tuple[httpx2.Client, str]:
    return httpx2.Client(timeout=10), f"{house.address}/u/{links.make(links.Link(person_id, 'sms', 'weekly'))}"


def test_a_purchase_rings_the_phone_and_an_opt_out_holds_in_both_systems(house: House) -> None:
    joined = house.join(PHONE).json()
    member = people.get_by_public_id(joined["id"])
    told = house.buy("r1", joined["card"], 1000)
    assert told["points_available"] == 50
    text = until(lambda: house.texts(PHONE))[0]
    assert (text.text, text.sender) == ("+50 points, now 50", "Corner")
    until(lambda: switches.is_channel_on(joined["id"], "sms"))

    browser, link = _open_the_link(house, joined["id"])
    page = browser.get(link)
    assert switches.is_channel_on(joined["id"], "sms"), "opening the page changed something"
    fields = Form(page.text).without("channel", "sms", act="save")
    browser.post(link, data=fields, headers={"Referer": link}).raise_for_status()

    assert not switches.is_channel_on(joined["id"], "sms")
    until(lambda: not subscriptions.get_matrix(member).is_on("mailings", "sms"))
    matrix = subscriptions.get_matrix(member)
    assert matrix.is_on("accrual", "sms")
    assert matrix.is_on("mailings", "email")
    house.buy("r2", joined["card"], 2000)
    until(lambda: len(house.texts(PHONE)) == 2)

    consent.unsubscribe(member, mailing_type="mailings", channel="email", by=make.OPERATOR, at=clock.now())
    until(lambda: not switches.is_channel_on(joined["id"], "email"))
    assert switches.is_channel_on(joined["id"], "push")


def test_who_leaves_is_gone_from_both_systems_and_the_books_balance(house: House) -> None:
    joined = house.join(PHONE).json()
    house.buy("r1", joined["card"], 1000)
    until(lambda: house.texts(PHONE))
    until(lambda: customers.find(joined["id"]))
    member = people.get_by_public_id(joined["id"])

    members.leave(member, by=make.OPERATOR, at=clock.now())

    until(lambda: customers.find(joined["id"]) is None)
    left = Customer.objects.get(person_id=joined["id"])
    assert (left.is_gone, left.first_name, left.phone, left.email) == (True, "", "", "")
    currency = programme.get_currency().pk
    until(lambda: points.get_balance(member.pk, currency, at=clock.now()).available == 0)
    assert points.audit().holds()
    gone = people.get_by_public_id(joined["id"])
    assert (gone.state, gone.first_name) == ("gone", "")
    body = {
        "currency": "GBP",
        "sold_at": clock.now().isoformat(),
        "customer": joined["card"],
        "lines": [{"number": 1, "sku": "tea", "quantity": 1000, "unit_price": 100}],
    }
    refused = house.till("purchases/r2/confirm", body, key="r2")
    assert 400 <= refused.status_code < 500
    rejoined = house.join(PHONE, "again")
    assert rejoined.status_code == 201, "the number's next owner may join"
