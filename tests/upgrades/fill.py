"""Makes the dump of a release for the tests of upgrades; run with the code of that release, on a server of PostgreSQL 15.

    REGULARS_SECRET_KEY=secret-of-the-upgrade-tests regulars demo --generated --limit 150     (Ctrl-C when it is done)
    DATABASE_URL=…/regulars_demo python fill.py > tests/upgrades/NAME.json
    pg_dump --no-owner --no-privileges …/regulars_demo | gzip -9 > tests/upgrades/NAME.sql.gz

What it adds is what a demo that has come to rest lacks: a reaction that waits, a message that waits, held points, an
opt-out, an administrator with a password, and a till's key; it prints what the tests need to know of these.
"""

import json
import os
from datetime import timedelta
from importlib.metadata import version

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from regulars.access import actions as access  # noqa: E402
from regulars.kit.actor import Actor  # noqa: E402
from regulars.kit.clock import now  # noqa: E402
from regulars.loyalty.cards.models import Card  # noqa: E402
from regulars.loyalty.goods.models import Product  # noqa: E402
from regulars.loyalty.members.models import Member  # noqa: E402
from regulars.loyalty.points.models import Balance  # noqa: E402
from regulars.loyalty.programme import queries as programme  # noqa: E402
from regulars.loyalty.stores.models import Till  # noqa: E402
from regulars.loyalty.subscriptions import actions as subscriptions  # noqa: E402
from regulars.loyalty.subscriptions import links  # noqa: E402
from regulars.messages import actions as messages  # noqa: E402
from regulars.smartcomms.subscriptions import links as sister_links  # noqa: E402

BY = Actor.system("fill")
PASSWORD = "a long password of Ada"


def _sell(key: str, card: str) -> None:
    """Confirm a receipt, whose points nobody has told of yet, and begin another one that holds points."""
    product = Product.objects.order_by("id").first()
    assert product is not None
    line = {"number": 1, "sku": product.sku, "quantity": 1000, "unit_price": 5000}
    body = {
        "currency": programme.get().currency,
        "sold_at": (now() - timedelta(minutes=1)).isoformat(),
        "customer": card,
        "lines": [line],
    }
    till, headers = Client(headers={"host": "127.0.0.1"}), {"Authorization": f"Bearer {key}"}
    for purchase, verb, more in (("fill-1", "confirm", {}), ("fill-2", "reserve", {"points": 100})):
        answer = till.post(
            f"/api/pos/v1/purchases/{purchase}/{verb}", {**body, **more}, content_type="application/json",
            headers={**headers, "Idempotency-Key": f"{purchase}-{verb}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.content


def main() -> None:
    """Add to the demo's database, and print what is known of it."""
    at = now()
    till = Till.objects.order_by("id").first()
    richest = Balance.objects.order_by("-available").first()
    assert till is not None
    assert richest is not None
    member = Member.objects.get(id=richest.member_id)
    other = Member.objects.exclude(id=member.pk).order_by("id").first()
    assert other is not None
    access.add_employee("ada", name="Ada", roles=["administrator"], password=PASSWORD, by=BY, at=at)
    key = access.issue_till_key(till.pk, by=BY, at=at)
    card = Card.objects.filter(member_id=member.pk).order_by("id").first()
    assert card is not None
    _sell(key, card.number)
    subscriptions.unsubscribe(other, channel="email", by=BY, at=at)
    messages.queue(
        system="loyalty", person_id=member.public_id, channel="sms", message_class="event", subject="accrual",
        origin="key:waits", template="waits", address="+447700900001", sender="", text="This one waited.",
        lifetime=timedelta(days=3), by=BY, at=at,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("update messages_message set claimed_by = regexp_replace(claimed_by, '^[^:]+', 'host')")
        cursor.execute(
            "update messages_message set html = '' where id % 10 <> 0 and state = 'delivered'"
        )  # for its size
        cursor.execute("select count(*) from loyalty_points_entry")
        (entries,) = cursor.fetchone()
    told = {
        "version": version("regulars"),
        "secret_key": os.environ["REGULARS_SECRET_KEY"],
        "login": "ada",
        "password": PASSWORD,
        "till_key": key,
        "card": card.number,
        "points": richest.available,
        "entries": entries,
        "preference_link": links.make(links.Link(other.public_id, "mailings", "sms")),
        "unsubscribe_link": sister_links.make(sister_links.Link(other.public_id, "email", "")),
        "refused_email": other.public_id,
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
