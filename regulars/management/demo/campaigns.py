"""Turns the campaigns of the data into offers on their goods, and into mailings of both systems that tell of them."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from regulars.kit.actor import Actor
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.conditions import BoughtCategory, Consent
from regulars.loyalty.audiences.filters import Group
from regulars.loyalty.mailings import actions as mailings
from regulars.loyalty.mailings.actions import NewMailing
from regulars.loyalty.mailings.checks import MailingNotPossible
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.offers.actions import NewOffer
from regulars.management.demo import letters
from regulars.management.demo.shopping import STORE_ZONE, Campaign, Product, ProductGroup, Shopping, Slice
from regulars.smartcomms.mailings import actions as sister_mailings
from regulars.smartcomms.mailings.actions import NewMailing as NewSisterMailing
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.models import Mailing as SisterMailing

BY = Actor.system("demo")
MOST_GOODS = 1_000
DISCOUNT_BP = 700
LOOKS_BACK_DAYS = 60
SENDER = "Corner Market"
WEEKLY = "weekly-offers"


@dataclass(frozen=True, slots=True)
class Plan:
    """Goods that are cheaper until a day, the group that most of them belong to, and where the plan comes from."""

    origin: str
    group: ProductGroup
    skus: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime

    @property
    def until(self) -> str:
        """The last day, as it stands in a text."""
        return f"{self.ends_at - timedelta(days=1):%d.%m}"


def plans(source: Shopping, part: Slice, opening: datetime) -> list[Plan]:
    """The campaigns that are on during the slice, but for those about half the shop; the most goods first."""
    products = {product.sku: product for product in source.products(part)}
    found = [plan for campaign in source.campaigns() if (plan := _plan(campaign, products, opening))]
    return sorted(found, key=lambda plan: -len(plan.skus))


def _plan(campaign: Campaign, products: dict[str, Product], opening: datetime) -> Plan | None:
    goods = {sku for skus in campaign.coupons.values() for sku in skus}
    sold = sorted(goods & products.keys())
    groups = Counter(products[sku].groups[1] for sku in sold if len(products[sku].groups) > 1)
    if campaign.ends_date < opening.date() or len(goods) > MOST_GOODS or not groups:
        return None
    return Plan(
        origin=f"campaign {campaign.code}",
        group=groups.most_common(1)[0][0],
        skus=tuple(sold),
        starts_at=datetime.combine(campaign.starts_date, time(), STORE_ZONE),
        ends_at=datetime.combine(campaign.ends_date + timedelta(days=1), time(), STORE_ZONE),
    )


def offers(found: Sequence[Plan]) -> Iterator[NewOffer]:
    """An offer on the goods of each plan, for members, on its days."""
    for plan in found:
        yield NewOffer(
            name=f"{plan.group.name}: 7 % off ({plan.origin})",
            benefit="discount",
            basis_points=DISCOUNT_BP,
            skus=plan.skus,
            priority=60,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
        )


def draft_mailings(found: Sequence[Plan], *, address: str, at: datetime) -> list[Mailing]:
    """A mailing for each plan, to those who buy such goods and agreed to hear of them: one by SMS, the others by email."""
    drafted = []
    for place, plan in enumerate(found):
        channel = "sms" if place == len(found) - 1 and place else "email"
        bought = BoughtCategory(group=plan.group.code, days=LOOKS_BACK_DAYS)
        filter = Group("all", (bought, Consent(mailing_type="mailings", channel=channel)))
        name = f"Buys {plan.group.name.lower()}, agreed to {channel}"
        audience = audiences.save(name, filter=filter, by=BY, at=at)
        drafted.append(mailings.draft(_mailing(plan, channel, audience.public_id, address), by=BY, at=at))
    return drafted


def draft_weekly(*, address: str, at: datetime) -> SisterMailing:
    """Smart Communications' weekly letter, to everybody who has not refused the category."""
    new = NewSisterMailing(
        "Weekly offers",
        "email",
        category=WEEKLY,
        audience=Audience(status="not_refused"),
        sender=SENDER,
        subject_lines=letters.WEEKLY_SUBJECT_LINES,
        bodies=letters.weekly(f"{address}/account/"),
    )
    return sister_mailings.draft(new, by=BY, at=at)


def start_drafts(*, at: datetime) -> int:
    """Start the demo's own drafts of both systems, those that reach somebody; answers how many were started."""
    started = 0
    for mailing in Mailing.objects.filter(state="draft", changed_by=f"{BY.kind}:{BY.id}").order_by("id"):
        with contextlib.suppress(MailingNotPossible):
            mailings.start(mailing, by=BY, at=at)
            started += 1
    for weekly in SisterMailing.objects.filter(state="draft", changed_by=f"{BY.kind}:{BY.id}").order_by("id"):
        sister_mailings.start(weekly, by=BY, at=at)
        started += 1
    return started


def _mailing(plan: Plan, channel: str, audience_id: str, address: str) -> NewMailing:
    name, group = f"{plan.group.name} ({plan.origin})", plan.group.name.lower()
    if channel == "sms":
        return NewMailing(name, channel, audience_id=audience_id, sender="Corner", texts=letters.sms(group, plan.until))
    return NewMailing(
        name,
        channel,
        audience_id=audience_id,
        sender=SENDER,
        subject_lines=letters.subject_lines(group),
        bodies=letters.bodies(group, plan.until, f"{address}/account/"),
    )
