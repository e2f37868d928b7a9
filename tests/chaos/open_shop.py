"""Sets up a shop that sells and sends: `python -m tests.chaos.open_shop MEMBERS SMPP_PORT` prints what a till needs, as JSON.

A mailing to everybody is started, and points are announced by SMS; nothing runs yet.
"""

import json
import sys
from datetime import timedelta

import django


def main(members: int, smpp_port: int) -> None:
    """Make a programme with an offer, a till, members with phones, a gateway, a rule and a started mailing."""
    django.setup()
    from django.db import connections

    from regulars.access import actions as access
    from regulars.kit import clock
    from regulars.loyalty.audiences import actions as audiences
    from regulars.loyalty.audiences.filters import EVERYBODY
    from regulars.loyalty.mailings import actions as mailings
    from regulars.loyalty.members.profiles import Profile
    from regulars.loyalty.notifications import actions as notifications
    from regulars.loyalty.offers import actions as offers
    from regulars.loyalty.registration import actions as registration
    from regulars.providers import actions as providers
    from tests import make
    from tests.chaos.sender import WINDOW
    from tests.chaos.stand_ins import ACCOUNT

    make.programme()
    till, at = make.till(), clock.now()
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT)
    offers.publish(offer, by=make.BY, at=at - timedelta(hours=1))
    cards = [make.card(make.member()).number for _ in range(20)]
    rows = [Profile(external_number=f"crm-{n}", phone=f"+44770{n + 5_000_000:07}") for n in range(members)]
    registration.import_members(rows, source="tests", by=make.BY, at=at)
    smpp = {"host": "127.0.0.1", "port": smpp_port, "window": WINDOW, "reconnect_min_s": 0.1, "response_timeout_s": 10}
    settings = {**smpp, "sender": "Regulars", "system_id": ACCOUNT["system_id"], "password": ACCOUNT["password"]}
    providers.set_gateway("smsc", channel="sms", provider="smpp", settings=settings, by=make.BY, at=at)
    texts = {"en": "{{ points }} points"}
    notifications.set_rule(
        "loyalty.PointsAccrued", channel="sms", mailing_type="accrual", texts=texts, by=make.BY, at=at
    )
    everybody = audiences.save("Everybody", filter=EVERYBODY, by=make.BY, at=at).public_id
    new = mailings.NewMailing(name="Autumn", channel="sms", audience_id=everybody, texts={"en": "Autumn is here"})
    mailings.start(mailings.draft(new, by=make.BY, at=at), by=make.BY, at=at)
    key = access.issue_till_key(till.pk, by=make.BY, at=at)
    connections["default"].close_pool()  # type: ignore[attr-defined]
    print(json.dumps({"key": key, "cards": cards}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
