"""Keys of tills are for tests, for the team, or live: what a request with each causes, and how far that reaches."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from regulars.access import actions as access
from regulars.access import queries as keys
from regulars.access import team
from regulars.access.models import TillKey
from regulars.journal import actions as journal
from regulars.journal.models import Entry
from regulars.kit import clock
from regulars.loyalty.audiences import queries as audiences
from regulars.loyalty.audiences.filters import Group
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores import queries as store_queries
from regulars.loyalty.stores.models import Till
from regulars.loyalty.sync import queries as sync
from regulars.messages import actions as messages
from regulars.messages.models import Message
from regulars.providers import actions as providers
from regulars.web.backoffice import day_sums, periods
from tests import cast, make

pytestmark = pytest.mark.django_db
EVERYBODY = Group("all", ())
PHONE = "+447700900001"


def ago():
    """A moment that PostgreSQL, whose clock stands still within a test, takes for the past."""
    return clock.now() - timedelta(minutes=5)


def react():
    """Let everything that was caused so far run."""
    while journal.relay(at=ago()):
        pass


def balance(member):
    return points.get_balance(member.pk, programme.get_currency().pk, at=clock.now()).available


def figures():
    """What pages count: receipts, members, an audience of everybody, and what today's page says."""
    today = periods.read("", "", clock.now())
    return (
        purchases.count_totals(), members.count_members(), audiences.count(EVERYBODY, at=clock.now()),
        day_sums.list_sales(today, None), day_sums.count_buyers(today, None), day_sums.list_joined(today),
        day_sums.sum_outstanding(), day_sums.count_allowed(),
    )  # fmt: skip


class Shop:
    """A shop that gives points and tells of them by SMS; its till holds a key of each kind."""

    def __init__(self):
        make.programme()
        make.series("app", prefix="2610", is_virtual=True)
        make.product("4006", name="Tea", unit_price=250)
        by, at = make.BY, make.AT
        draft = offers.NewOffer(name="5 % back", benefit="points", basis_points=500)
        offers.publish(offers.draft(draft, by=by, at=at), by=by, at=at)
        notifications.set_rule(
            "loyalty.PointsAccrued", channel="sms", mailing_type="accrual", texts={"en": "+{{ points }}"}, by=by, at=at
        )
        self.gateway_id = providers.set_gateway("SMSC", channel="sms", provider="smpp", settings={}, by=by, at=at)
        self.till = make.till()
        self.keys = {kind: stores.issue_key(self.till, kind=kind, by=by, at=at) for kind in ("test", "team", "live")}

    def ask(self, kind, path, body, key="k1"):
        return Client().post(
            f"/api/pos/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.keys[kind]}", "Idempotency-Key": key},
        )

    def sell(self, kind, customer=None, purchase="r1", verb="confirm", **more):
        line = {"number": 1, "sku": "4006", "quantity": 2000, "unit_price": 250}
        told = {"currency": "GBP", "sold_at": clock.now().isoformat(), "customer": customer, "lines": [line], **more}
        return self.ask(kind, f"purchases/{purchase}/{verb}", told, key=f"{kind}-{purchase}-{verb}")

    def join(self, kind, phone=PHONE):
        return self.ask(kind, "members", {"phone": phone, "first_name": "Anna"}, key=f"{kind}-{phone}").json()

    def send(self):
        """Let everything that was caused run, and a sender look; answers what would leave, and the states of all messages."""
        react()
        claim = messages.claim(
            "sms", gateway_id=self.gateway_id, limits=(10, 10, 10), worker="w", lease_s=60, at=clock.now()
        )
        rows = Message.objects.order_by("id").values_list("state", "reason")
        return [one.address for one in claim.messages], list(rows)


@pytest.fixture
def shop(db):
    return Shop()


def test_the_prefix_tells_the_kind_and_the_row_keeps_it(shop):
    assert [key.rpartition("_")[0][:9] for key in ("till_test_", "till_team_", "till_live_")] == [
        key[:9] for key in shop.keys.values()
    ]
    assert list(TillKey.objects.order_by("id").values_list("kind", "prefix")) == [
        (kind, key[:14]) for kind, key in shop.keys.items()
    ]


def test_a_key_of_old_without_a_kind_in_its_name_is_live(shop):
    old = "till_" + "x" * 43
    TillKey.objects.filter(kind="live").update(key_hash=keys.hash_key(old))
    shop.keys["live"] = old

    assert shop.sell("live").status_code == 200
    assert store_queries.find_by_key(old).reach == ""


# --- live


def test_with_a_live_key_the_message_leaves(shop):
    cast.anna()
    shop.sell("live", PHONE)

    assert shop.send() == ([PHONE], [("claimed", "")])


# --- test


def test_with_a_key_for_tests_nothing_leaves_and_the_row_says_why(shop):
    member = shop.join("test")
    sold = shop.sell("test", member["card"])

    assert sold.json()["points"] == 25
    assert shop.send() == ([], [("skipped", "test_key")])
    assert Entry.objects.get(event="loyalty.PointsAccrued").door == "api/pos:test"


def test_what_happens_later_to_a_member_for_tests_is_not_told_either(shop):
    """The door of a chore is nobody's key: then the gate knows the member."""
    member = members.get_by_public_id(shop.join("test")["id"])
    messages.queue(
        system="loyalty", person_id=member.public_id, channel="sms", message_class="event", subject="accrual",
        origin="event:1", template="t", address=PHONE, sender="", text="x", lifetime=timedelta(hours=1),
        by=make.BY, at=ago(),
    )  # fmt: skip

    assert shop.send() == ([], [("skipped", "test_key")])


def test_a_reaction_to_a_reaction_still_reaches_nobody(shop):
    from regulars.kit import reach
    from regulars.kit.actor import Actor

    with reach.inherited("api/pos:team"):
        messages.queue(
            system="loyalty", person_id=cast.anna().member.public_id, channel="sms", message_class="event",
            subject="accrual", origin="event:1", template="t", address=PHONE, sender="", text="x",
            lifetime=timedelta(hours=1), by=Actor.system("reactions"), at=ago(),
        )  # fmt: skip

    assert shop.send() == ([], [("skipped", "not_of_the_team")])


def test_a_key_for_tests_sees_no_member_of_the_programme(shop):
    anna = cast.anna()

    answers = [shop.sell("test", who) for who in (PHONE, anna.card.number, anna.member.public_id)]

    assert [answer.json()["code"] for answer in answers] == ["customer_unknown"] * 3
    assert balance(anna.member) == 0
    assert not Purchase.objects.exists()


def test_a_live_key_sees_no_member_for_tests(shop):
    tested = shop.join("test")

    answers = [shop.sell(kind, who) for kind in ("live", "team") for who in (PHONE, tested["card"], tested["id"])]

    assert {answer.json()["code"] for answer in answers} == {"customer_unknown"}


def test_a_phone_tried_out_in_a_test_is_free_for_its_owner(shop):
    tested = shop.join("test")

    joined = shop.join("live")

    assert joined["id"] != tested["id"]
    assert shop.ask("test", "members", {"phone": PHONE}, key="again").json()["code"] == "phone_taken"
    assert members.find_by_phone(PHONE).public_id == joined["id"]


def test_tests_number_their_receipts_apart(shop):
    assert shop.sell("test", purchase="r1").status_code == 200
    assert shop.sell("live", purchase="r1").status_code == 200
    assert shop.sell("test", purchase="r1", verb="cancel").json()["code"] == "purchase_already_confirmed"


def test_points_of_tests_can_be_reserved_and_spent(shop):
    card = shop.join("test")["card"]
    shop.sell("test", card, purchase="r1")

    reserved = shop.sell("test", card, purchase="r2", verb="reserve", points="max").json()
    paid = shop.sell(
        "test", card, purchase="r2", tenders=[{"type": "points", "amount": 25}, {"type": "cash", "amount": 475}]
    )

    assert reserved["reserved"]["points"] == 25
    assert paid.json()["points_spent"] == 25


def test_tests_count_in_no_figure_no_audience_and_do_not_cross_the_bridge(shop):
    before = figures()
    shop.sell("test", shop.join("test")["card"])
    react()

    assert figures() == before
    assert purchases.list_popular_skus(limit=5) == []
    assert sync.list_standings() == []
    assert points.audit().holds()


def test_a_member_for_tests_cannot_sign_in(shop):
    shop.join("test")

    assert members.find_by_phone(PHONE) is None
    assert Member.objects.get().is_for_tests


def test_the_till_that_stands_in_for_tests_is_no_till_to_choose_from(shop):
    stand_in = Till.objects.get(test_of=shop.till)

    assert stand_in.pk not in [each.till_id for each in store_queries.list_tills()]
    stores.issue_key(shop.till, kind="test", by=make.BY, at=make.AT)
    assert Till.objects.filter(store=shop.till.store).count() == 2
    with pytest.raises(stores.TillIsForTests):
        stores.issue_key(stand_in, kind="live", by=make.BY, at=make.AT)


def test_closing_a_till_closes_its_tests_too(shop):
    stores.close_till(shop.till, by=make.BY, at=make.AT)
    assert {shop.sell(kind).status_code for kind in shop.keys} == {401}

    stores.reopen_till(shop.till, by=make.BY, at=make.AT)
    store_queries.forget()
    assert {shop.sell(kind, purchase=kind).status_code for kind in shop.keys} == {200}


# --- team


def test_with_a_key_of_the_team_a_message_leaves_to_the_team_only(shop):
    cast.anna()
    cast.max_()
    team.add_contact("+44 7700 900001", note="Olga's phone", by=make.BY, at=make.AT)

    shop.sell("team", PHONE, purchase="r1")
    shop.sell("team", cast.olga().card.number, purchase="r2")

    left, states = shop.send()
    assert left == [PHONE]
    assert sorted(states) == [("claimed", ""), ("skipped", "not_of_the_team")]


def test_a_contact_that_was_taken_off_is_reached_no_more(shop):
    cast.anna()
    contact = team.add_contact(PHONE, by=make.BY, at=make.AT)
    shop.sell("team", PHONE)
    react()

    team.remove_contact(contact, by=make.BY, at=make.AT)

    assert shop.send() == ([], [("skipped", "not_of_the_team")])


def test_a_key_of_the_team_moves_real_points(shop):
    anna = cast.anna()
    shop.sell("team", anna.card.number)

    assert purchases.count_totals().count == 1
    assert balance(anna.member) == 25


# --- every key


def test_when_a_key_was_used_is_written_once_a_minute_and_costs_no_round_trip(shop, django_assert_num_queries):
    keys.forget()
    assert shop.sell("live", verb="calculate").status_code == 200
    first = TillKey.objects.get(kind="live").last_used_at
    keys.forget()
    shop.sell("live", verb="calculate")

    assert first is not None
    assert TillKey.objects.get(kind="live").last_used_at == first
    with django_assert_num_queries(1):
        shop.sell("live", verb="calculate")


def test_an_older_use_is_written_over(shop):
    TillKey.objects.update(last_used_at=clock.now() - timedelta(minutes=2))
    keys.forget()
    shop.sell("live", verb="calculate")

    assert clock.now() - TillKey.objects.get(kind="live").last_used_at < timedelta(seconds=30)
    assert clock.now() - TillKey.objects.get(kind="team").last_used_at > timedelta(seconds=90)


def test_a_revoked_key_stops_within_a_minute_in_every_process(shop, monkeypatch):
    """Another process revokes: ours has the answer for a minute at most."""
    ticks = [1000.0]
    monkeypatch.setattr("regulars.access.queries.time.monotonic", lambda: ticks[0])
    assert shop.sell("live", purchase="r1").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("update access_tillkey set revoked_at = now() where kind = 'live'")
    ticks[0] += 60.1

    assert shop.sell("live", purchase="r2").status_code == 401


def test_a_kind_that_nobody_knows_is_refused(shop):
    with pytest.raises(access.KindUnknown):
        stores.issue_key(shop.till, kind="production", by=make.BY, at=make.AT)
