"""Builds the demo's programme from a source of shopping, through the same verbs that every door uses."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from regulars.access import actions as access
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.cards.models import Series
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.goods import actions as goods
from regulars.loyalty.goods.rows import GroupRow, ProductRow
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores import queries as store_queries
from regulars.loyalty.stores.queries import TillAt
from regulars.loyalty.stores.rows import StoreRow, TillRow
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.management.demo import campaigns
from regulars.management.demo import shopping as words
from regulars.management.demo.people import people
from regulars.management.demo.programme import PROGRAMME
from regulars.management.demo.progress import Progress
from regulars.management.demo.shopping import Shopping, Slice
from regulars.providers import actions as providers
from regulars.smartcomms.subscriptions import actions as categories

BY = Actor.system("demo")
SMS_PRICES = {"+1": 7_900, "+7": 45_000, "": 60_000}  # millionths of a dollar
EMAIL_PRICE = 100
EMPLOYEES = (
    ("admin", "Ada, administrator", ["administrator"]),
    ("marketer", "Max, marketer", ["marketer"]),
    ("operator", "Olga, operator", ["operator"]),
    ("auditor", "Ivan, auditor", ["auditor"]),
)


@dataclass(slots=True)
class Built:
    """What a build did: receipts of this run, those of earlier runs, seconds, and lines that were refused, by reason."""

    receipts: int = 0
    already: int = 0
    seconds: float = 0.0
    rejected: Counter[str] = field(default_factory=Counter)


def first_day() -> date | None:
    """The day on which the demo was first built, from which its shopping is dated; None before."""
    found = programme.find()
    return found.created_at.date() if found else None


def set_up(source: Shopping, part: Slice, progress: Progress, *, address: str) -> None:
    """Set up programme, stores, goods, members, offers, mailings and employees; nothing when it was done before."""
    if programme.find() is not None:
        return
    progress.say(f"Building “{PROGRAMME.name}” from {source.name}: {source.origin}")
    at = clock.now()
    opening = next(source.baskets(part, limit=1)).sold_at - timedelta(hours=1)
    source.rejected.clear()
    with transaction.atomic():
        _add_programme(at)
        _add_stores(source, part, at)
        _add_goods(source, part, at)
        series = _add_cards(at)
        _add_members(source, part, series, progress, at)
        plans = campaigns.plans(source, part, opening)
        _add_offers(plans, opening, at)
        _add_texts(at)
        campaigns.draft_mailings(plans, address=address, at=at)
        campaigns.draft_weekly(address=address, at=at)
        progress.say(f"{len(plans)} campaigns of the data are on: an offer and a mailing each")
        for login, name, roles in EMPLOYEES:
            access.add_employee(login, name=name, roles=roles, password=None, by=BY, at=at)


def _add_programme(at: datetime) -> None:
    plan = PROGRAMME
    programmes.create(
        plan.name,
        currency=plan.currency,
        region="US",
        time_zone=plan.time_zone,
        points_code=plan.points.code,
        points_name=plan.points.name,
        points_decimals=plan.points.decimals,
        worth=(plan.points.worth_minor, 10**plan.points.decimals),
        by=BY,
        at=at,
    )
    subscriptions.add_base_types()


def _add_stores(source: Shopping, part: Slice, at: datetime) -> None:
    partner = stores.add_partner("market", name=PROGRAMME.partner, by=BY, at=at)
    rows = [StoreRow(store.code, store.name, store.time_zone) for store in source.stores(part)]
    stores.add_stores(partner, rows, by=BY, at=at)
    tills = [TillRow(store.pk, "1", f"Till 1, {store.name}") for store in store_queries.list_stores(partner)]
    stores.open_tills(tills, by=BY, at=at)


def _add_goods(source: Shopping, part: Slice, at: datetime) -> None:
    groups = (GroupRow(group.code, group.name, group.parent or "") for group in source.product_groups(part))
    goods.add_groups(groups, by=BY, at=at)
    prices = _shelf_prices(source, part)
    products = (
        ProductRow(
            product.sku,
            product.name,
            product.brand,
            product.groups[-1].code if product.groups else "",
            prices.get(product.sku, 0),
        )
        for product in source.products(part)
    )
    goods.add_products(products, by=BY, at=at)


def _shelf_prices(source: Shopping, part: Slice) -> dict[str, int]:
    """The price of each product when it was last sold in the slice, for the tiles of the till page."""
    return {line.sku: line.unit_price_minor for basket in source.baskets(part) for line in basket.lines}


def _add_cards(at: datetime) -> Series:
    plan = PROGRAMME.cards
    cards.add_series("app", name="Card in the phone", prefix="2610", length=13, is_virtual=True, by=BY, at=at)
    return cards.add_series(plan.code, name=plan.name, prefix=plan.prefix, length=plan.length, by=BY, at=at)


def _add_members(source: Shopping, part: Slice, series: Series, progress: Progress, at: datetime) -> None:
    rows = (
        Profile(
            phone=person.phone,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            locale=person.locale,
            time_zone=person.time_zone,
            external_number=person.household,
            city=person.city,
        )
        for person in people(source.households(part), source.heroine())
    )
    done = registration.import_members(rows, source="import", series=series, by=BY, at=at)
    progress.say(f"{len(done.added):,} members with a card each, {len(done.refused)} rows refused")


def _add_offers(plans: Sequence[campaigns.Plan], opening: datetime, at: datetime) -> None:
    lasting = (
        offers.NewOffer(
            name=plan.name,
            benefit=plan.benefit,
            basis_points=plan.percent_bp,
            groups=plan.groups,
            is_cumulative=plan.is_cumulative,
            priority=plan.priority,
            lifetime_days=PROGRAMME.points.lives_days if plan.benefit == "points" else None,
        )
        for plan in PROGRAMME.offers
    )
    drafts = [offers.draft(new, by=BY, at=at) for new in (*lasting, *campaigns.offers(plans))]
    offers.publish(*drafts, by=BY, at=opening)


def _add_texts(at: datetime) -> None:
    for plan in PROGRAMME.notifications:
        notifications.set_rule(
            "loyalty.PointsAccrued",
            channel=plan.channel,
            mailing_type=plan.mailing_type,
            texts=plan.texts,
            sender="Corner",
            by=BY,
            at=at,
        )
    for category in PROGRAMME.categories:
        categories.add_category(
            category.code,
            name=category.name,
            defaults=dict.fromkeys(category.channels, True),
            by=BY,
            at=at,
        )


def connect_gateways(smpp_port: int, smtp_port: int) -> None:
    """Point the gateways at the sandbox's ports; their prices are made up."""
    sms = providers.set_gateway(
        "Sandbox SMSC",
        channel="sms",
        provider="smpp",
        settings={
            "host": "127.0.0.1",
            "port": smpp_port,
            "system_id": "regulars",
            "password": "sandbox",
            "sender": "Corner",
            "window": 50,
        },
        is_test=True,
        by=BY,
        at=clock.now(),
    )
    email = providers.set_gateway(
        "Sandbox mail server",
        channel="email",
        provider="smtp",
        settings={
            "host": "127.0.0.1",
            "port": smtp_port,
            "security": "none",
            "login": "regulars",
            "password": "sandbox",
            "sender": "Corner Market <news@example.org>",
            "keeps_mailboxes": True,
        },
        is_test=True,
        by=BY,
        at=clock.now(),
    )
    providers.set_prices(sms, SMS_PRICES, by=BY, at=clock.now())
    providers.set_prices(email, {"": EMAIL_PRICE}, by=BY, at=clock.now())


def replay(source: Shopping, part: Slice, progress: Progress, *, limit: int | None = None) -> Built:
    """Run the slice's baskets through the checkout, each as the till of its store; those done before are left out."""
    built = Built(rejected=source.rejected)
    known = purchases.list_numbers()
    tills = {till.store_code: till for till in store_queries.list_tills()}
    customers = members.list_external_numbers()
    total = source.count(part).baskets if limit is None else limit
    began = clock.now()
    for basket in progress.follow(source.baskets(part, limit=limit), total, "receipts"):
        if basket.number in known:
            built.already += 1
        else:
            _confirm(basket, tills[basket.store_code], customers.get(basket.household), built)
    built.seconds = (clock.now() - began).total_seconds()
    return built


def _confirm(basket: words.Basket, till: TillAt, customer: str | None, built: Built) -> None:
    told = Basket(
        lines=tuple(_lines(basket)),
        sold_at=basket.sold_at,
        currency=PROGRAMME.currency,
        customer=Identifier("member", customer) if customer else None,
    )
    by = Actor("till", till.till_public_id, "demo")
    try:
        checkout.confirm(basket.number, told, key=basket.number, till=till, by=by, at=clock.now())
        built.receipts += 1
    except Refusal as refusal:
        built.rejected[refusal.code] += len(basket.lines)


def _lines(basket: words.Basket) -> Iterator[BasketLine]:
    for number, line in enumerate(basket.lines, start=1):
        yield BasketLine(
            number, line.sku, line.name, line.quantity_thousandths, line.unit_price_minor, line.till_discount_minor
        )
