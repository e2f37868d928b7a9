"""Every way out: through which door a member refuses what, and what follows in the other system."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from regulars.contract import sending, signing
from regulars.contract.changes import ConsentChange, ConsentChanges
from regulars.contract.merge import Version
from regulars.kit import clock
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries as known_members
from regulars.management.demo.form import Form
from tests import make
from tests.stories.crowd import CATEGORY, KINDS, Kind, Person, Town

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
LOYALTY_SMS, LOYALTY_EMAIL = Kind("loyalty", "sms"), Kind("loyalty", "email")
SISTER_SMS, SISTER_EMAIL = Kind("smartcomms", "sms"), Kind("smartcomms", "email")

type Act = Callable[[], Any]
type Prepare = Callable[[Town, Person], Act]


@dataclass(frozen=True)
class WayOut:
    """A door and what one does there. `entrance` is its function; `prepare` opens the page and answers the last press."""

    name: str
    entrance: str
    prepare: Prepare
    refuses: frozenset[Kind]
    """What must stop from the answer on."""
    follows: frozenset[Kind] = field(default=frozenset())
    """What must stop from the moment at which the change has come to the other system."""
    address: str = ""
    """Its line in the table of addresses; nothing for a door that has none."""


ACCOUNT = "account/subscriptions/"


def _in_account(act: str, *unticked: str) -> Prepare:
    def prepare(town: Town, who: Person) -> Act:
        cookie = town.cookie_of(who)
        fields = _fields(town.get(f"/{ACCOUNT}", Cookie=cookie), "cell", unticked, act)
        return lambda: town.post(f"/{ACCOUNT}", fields, Cookie=cookie)

    return prepare


def _behind_link(system: str, act: str, box: str = "", *unticked: str) -> Prepare:
    def prepare(town: Town, who: Person) -> Act:
        link = town.link_in_waiting(system, who)
        fields = _fields(town.get(link), box, unticked, act)
        return lambda: town.post(link, fields)

    return prepare


def _one_click(system: str) -> Prepare:
    def prepare(town: Town, who: Person) -> Act:
        link = town.link_in_waiting(system, who)
        return lambda: town.post(link, ONE_CLICK, Cookie="")

    return prepare


def _over_the_bridge(town: Town, who: Person) -> Act:
    def tell() -> None:
        at = clock.now()
        version = Version(at, is_on=False, origin="smartcomms")
        change = ConsentChange.from_version(who.person_id, "email", version, "unsubscribe_page")
        body = ConsentChanges(consent_changes=[change]).model_dump_json().encode()
        headers = {signing.HEADER: signing.sign(settings.SISTER_KEY, body, int(time.time()))}
        answer = town.browser.post(
            sending.TO_LOYALTY, content=body, headers=headers | {"Content-Type": "application/json"}
        )
        assert answer.json()["applied"] == 1

    return tell


def _leave(town: Town, who: Person) -> Act:
    member = known_members.get_by_public_id(who.person_id)
    return lambda: members.leave(member, by=make.OPERATOR, at=clock.now())


def _fields(page: str, box: str, unticked: tuple[str, ...], act: str) -> dict[str, list[str]]:
    """What a browser sends after some boxes were unticked and a button was pressed."""
    fields = Form(page).without("", "", act=act)
    if unticked:
        assert set(unticked) <= set(fields[box]), f"the page does not offer {unticked}"
        fields[box] = [one for one in fields[box] if one not in unticked]
    return {**fields, "csrfmiddlewaretoken": fields["csrfmiddlewaretoken"][:1]}


ACCOUNT_PAGE = "regulars.web.account.subscriptions.subscriptions"
PREFERENCES = "regulars.web.public.preferences.preferences"
UNSUBSCRIBE = "regulars.web.smartcomms.unsubscribe.unsubscribe"
BRIDGE = "regulars.api.bridge.changes.receive"
BOTH_OF_LOYALTY, BOTH_OF_SISTER = frozenset({LOYALTY_SMS, LOYALTY_EMAIL}), frozenset({SISTER_SMS, SISTER_EMAIL})
ONLY_LOYALTY_EMAIL, ONLY_SISTER_EMAIL = frozenset({LOYALTY_EMAIL}), frozenset({SISTER_EMAIL})
TOKEN, SISTER_TOKEN = "preferences/<str:token>", "u/<str:token>"

WAYS_OUT = (
    WayOut(
        *("account, one switch", ACCOUNT_PAGE, _in_account("save", "mailings:email")),
        *(ONLY_LOYALTY_EMAIL, ONLY_SISTER_EMAIL, ACCOUNT),
    ),
    WayOut(
        *("account, everything off", ACCOUNT_PAGE, _in_account("off")),
        *(BOTH_OF_LOYALTY, BOTH_OF_SISTER, ACCOUNT),
    ),
    WayOut(
        *("preferences, the button", PREFERENCES, _behind_link("loyalty", "stop")),
        *(ONLY_LOYALTY_EMAIL, ONLY_SISTER_EMAIL, TOKEN),
    ),
    WayOut(
        *("preferences, one switch", PREFERENCES, _behind_link("loyalty", "save", "cell", "offers:sms")),
        *(frozenset({LOYALTY_SMS}), frozenset(), TOKEN),
    ),
    WayOut(
        *("preferences, everything off", PREFERENCES, _behind_link("loyalty", "off")),
        *(BOTH_OF_LOYALTY, BOTH_OF_SISTER, TOKEN),
    ),
    WayOut(
        *("preferences, one click", PREFERENCES, _one_click("loyalty")),
        *(ONLY_LOYALTY_EMAIL, ONLY_SISTER_EMAIL, TOKEN),
    ),
    WayOut(
        *("unsubscribe page, a category", UNSUBSCRIBE),
        _behind_link("smartcomms", "save", "cell", f"{CATEGORY}:email"),
        *(ONLY_SISTER_EMAIL, frozenset(), SISTER_TOKEN),
    ),
    WayOut(
        *("unsubscribe page, a channel", UNSUBSCRIBE, _behind_link("smartcomms", "save", "channel", "email")),
        *(ONLY_SISTER_EMAIL, ONLY_LOYALTY_EMAIL, SISTER_TOKEN),
    ),
    WayOut(
        *("unsubscribe page, everything off", UNSUBSCRIBE, _behind_link("smartcomms", "off")),
        *(BOTH_OF_SISTER, ONLY_LOYALTY_EMAIL, SISTER_TOKEN),
    ),
    WayOut(
        *("unsubscribe page, one click", UNSUBSCRIBE, _one_click("smartcomms")),
        *(ONLY_SISTER_EMAIL, frozenset(), SISTER_TOKEN),
    ),
    WayOut(
        *("bridge, Loyalty's door", BRIDGE, _over_the_bridge),
        *(ONLY_LOYALTY_EMAIL, frozenset(), "api/bridge/v1/changes"),
    ),
    WayOut("leaving the programme", "regulars.loyalty.members.actions.leave", _leave, KINDS),
)

# Entrances without a line above, and why.
OTHERS = {
    "regulars.web.contact_centre.subscriptions.subscriptions": "the operator's table: the verb of the account's page",
    "regulars.loyalty.members.actions.change_profile": "a phone that was a guest's: what waits for the guest is erased",
    "regulars.smartcomms.reactions.register": "the exchange and the bus: what `follows` in Smart Communications",
    "regulars.loyalty.reactions.register": "`end_consent` closes the journal of somebody who has left already",
    "regulars.management.commands.exchange.Command.handle": "the exchange by hand; it takes parcels in as the worker does",
    "regulars.loyalty.subscriptions.actions.select_all": "a verb that no door says yet, and it refuses nothing",
    "regulars.smartcomms.subscriptions.actions.switch_channel": "a verb that no door says yet; it is `save_choices`",
}
