"""The links in mails that really came: looking changes nothing, one click works once and twice, forged ones open nothing."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from regulars.loyalty.subscriptions import models as loyalty
from regulars.smartcomms.subscriptions import models as smartcomms
from tests.stories import crowd
from tests.stories.conftest import until
from tests.stories.crowd import CATEGORY, Person, Town

pytestmark = pytest.mark.xdist_group("stories")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PATHS = {"loyalty": "preferences", "smartcomms": "u"}
both_systems = pytest.mark.parametrize("system", PATHS)


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Six people who have got a mail of each system."""
    folder = tmp_path_factory.mktemp("town")
    by_parcels = {"RABBITMQ_URL": "", "REGULARS_EXCHANGE_FOLDER": str(folder), "REGULARS_EXCHANGE_EVERY_S": "0.5"}
    with crowd.town(django_db_blocker, folder, by_parcels) as made:
        made.fill(6)
        made.write_to_everybody()
        made.throttle(0)
        made.set_gateways()
        until(made.is_quiet, seconds=60)
        yield made


@pytest.fixture
def somebody(town: Town) -> Person:
    """Somebody whose mails nobody has touched yet."""
    return town.people.pop()


def consent(system: str, who: Person) -> list[Any]:
    """Everything that a system keeps about what somebody wants to hear, its journal included."""
    if system == "loyalty":
        from regulars.loyalty.members.queries import get_by_public_id

        tables: list[Any] = [loyalty.Entry, loyalty.Choice]
        its = {"member_id": get_by_public_id(who.person_id).pk}
    else:
        tables = [smartcomms.Entry, smartcomms.ChannelSwitch, smartcomms.CategoryStatus]
        its = {"person_id": who.person_id}
    return [list(table.objects.filter(**its).order_by("pk").values()) for table in tables]


def last_entry(system: str, who: Person) -> Any:
    """The newest entry of the journal of consent: how many there are, its cause, and what it changed."""
    entries = consent(system, who)[0]
    return len(entries), entries[-1]["cause"], entries[-1]["cells" if system == "loyalty" else "changes"]


@both_systems
def test_a_mail_has_the_headers_of_one_click_and_the_same_link_in_its_text(
    town: Town, somebody: Person, system: str
) -> None:
    letter = town.mail_to(somebody, system)

    assert letter.one_click.startswith(f"{town.address}/{PATHS[system]}/")
    assert letter.one_click in letter.html
    assert letter.one_click in letter.text


@both_systems
def test_looking_at_it_in_any_way_changes_nothing_and_then_one_click_works_once_and_twice(
    town: Town, somebody: Person, system: str
) -> None:
    link, before = town.mail_to(somebody, system).one_click, consent(system, somebody)

    for method in ("GET", "HEAD"):
        for more in ("", "?List-Unsubscribe=One-Click", "?act=off", "?act=stop"):
            assert httpx2.request(method, link + more).status_code == 200
    assert consent(system, somebody) == before

    stranger = httpx2.post(link, data=ONE_CLICK)
    once = consent(system, somebody)
    again = httpx2.post(link, content="List-Unsubscribe=One-Click", headers={"Content-Type": _FORM})

    assert (stranger.status_code, again.status_code) == (200, 200)
    assert not stranger.cookies
    assert not again.cookies
    assert consent(system, somebody) == once
    count, cause, changed = last_entry(system, somebody)
    assert count == 2
    if system == "loyalty":
        assert cause == "preference_link"
        assert changed == {"mailings": 31 - 2}, "exactly Mailings by email"
    else:
        assert cause == "one_click"
        assert changed == {"channels": {}, "categories": {CATEGORY: {"email": False}}}


_FORM = "application/x-www-form-urlencoded"


@both_systems
def test_forged_links_are_refused(town: Town, somebody: Person, system: str) -> None:
    link, other = (town.mail_to(somebody, one).one_click for one in (system, _other(system)))
    place, _, token = link.rpartition("/")
    payload, _, seal = token.rpartition(":")
    forged = [
        f"{payload}:{seal[:-1]}{'A' if seal[-1] != 'A' else 'B'}",
        f"{payload[:-1]}{'A' if payload[-1] != 'A' else 'B'}:{seal}",
        token[:-1],
        payload,
        urlsplit(other).path.rpartition("/")[2],  # the sister's own token, signed with the same key for another page
    ]
    before = consent(system, somebody)

    answers = [
        answer.status_code
        for one in forged
        for answer in (httpx2.get(f"{place}/{one}"), httpx2.post(f"{place}/{one}", data=ONE_CLICK))
    ]

    assert answers == [404] * 2 * len(forged)
    assert consent(system, somebody) == before


def _other(system: str) -> str:
    return next(one for one in PATHS if one != system)
