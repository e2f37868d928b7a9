"""The account opens to its member only, is kept in no cache, and opens nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from regulars.kit.actor import Actor
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Session
from tests import cast, make

pytestmark = pytest.mark.django_db
PAGES = ["/account/", "/account/card/", "/account/points/", "/account/subscriptions/", "/account/devices/"]


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_led_to_the_sign_in(client: Client, anna: cast.Role, page: str) -> None:
    client.cookies["regulars_member"] = "made-up"

    answer = client.get(page)

    wanted = "" if page == "/account/" else "?" + urlencode({"next": page})
    assert answer.headers["Location"] == "/account/sign-in/" + wanted


@pytest.mark.parametrize("page", PAGES)
def test_no_cache_keeps_a_page(phone: Client, page: str) -> None:
    answer = phone.get(page)

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_session_ends_after_ninety_days(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.kit.clock.now", lambda: make.AT + timedelta(days=90, seconds=1))

    assert phone.get("/account/").status_code == 302


def test_who_has_left_is_signed_out(phone: Client, anna: cast.Role) -> None:
    members.leave(anna.member, by=Actor.system("test"), at=make.AT)

    assert phone.get("/account/").status_code == 302


def test_no_member_session_opens_a_staff_page(phone: Client) -> None:
    for door in ("/backoffice/", "/smartcomms/"):
        answer = phone.get(door)
        assert answer.status_code in (302, 404), door
        assert "/account/" not in answer.headers.get("Location", "")


def test_somebody_elses_receipt_does_not_exist(phone: Client, buy: Callable[..., str]) -> None:
    theirs, nobodys = buy(make.member()), buy(None)

    for public_id in (theirs, nobodys, "pur_nothing"):
        assert phone.get(f"/account/purchases/{public_id}/").status_code == 404


def test_a_receipt_with_a_broken_id_does_not_exist(phone: Client) -> None:
    assert phone.get("/account/purchases/pur_%00/").status_code == 404


def test_devices_are_listed_and_one_can_be_signed_out(phone: Client, anna: cast.Role, still_clock: Any) -> None:
    from tests.web.account.conftest import signed_in

    tablet = signed_in(anna.member, cast.ANNA.phone, device="Safari · iPad")
    page = phone.get("/account/devices/").content.decode()
    assert page.index("Safari · iPad") < page.index("Firefox · Android")
    assert page.count("this device") == 1

    other = Session.objects.get(device="Safari · iPad")
    phone.post("/account/devices/", {"device": str(other.pk)})

    assert tablet.get("/account/").status_code == 302
    assert phone.get("/account/").status_code == 200


def test_nobody_signs_out_a_device_of_somebody_else(phone: Client, anna: cast.Role) -> None:
    from tests.web.account.conftest import signed_in

    max_ = signed_in(cast.max_().member, cast.MAX.phone)
    theirs = Session.objects.exclude(member_id=anna.member.pk).get()

    for chosen in (str(theirs.pk), "", "x", "9" * 40, "\x00"):
        assert phone.post("/account/devices/", {"device": chosen}).status_code == 302

    assert max_.get("/account/").status_code == 200


def test_signing_out_the_device_in_hand_leads_to_the_sign_in(phone: Client) -> None:
    answer = phone.post("/account/devices/", {"device": str(Session.objects.get().pk)})

    assert answer.headers["Location"] == "/account/sign-in/"
    assert phone.get("/account/").status_code == 302


def test_an_act_of_a_signed_out_page_leads_the_whole_page_to_the_sign_in(client: Client, anna: cast.Role) -> None:
    answer = client.post("/account/subscriptions/sentence/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/account/sign-in/"
