"""Sets up a small shop in the database at `DATABASE_URL` and prints what a till needs to sell there, as JSON."""

import json
from datetime import timedelta

import django


def main() -> None:
    """Make a programme with an offer, a till with its key and members with cards."""
    django.setup()
    from regulars.access import actions as access
    from regulars.kit import clock
    from regulars.loyalty.offers import actions as offers
    from tests import make

    make.programme()
    till = make.till()
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT)
    offers.publish(offer, by=make.BY, at=clock.now() - timedelta(hours=1))
    cards = [make.card(make.member()).number for _ in range(20)]
    print(json.dumps({"key": access.issue_till_key(till.pk, by=make.BY, at=clock.now()), "cards": cards}))


if __name__ == "__main__":
    main()
