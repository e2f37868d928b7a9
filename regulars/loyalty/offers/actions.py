"""Writes offers and publishes them to the tills as one numbered version."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import orjson
from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.offers import engine, queries
from regulars.loyalty.offers.events import OfferDrafted, OffersPublished, OfferStopped
from regulars.loyalty.offers.models import Offer, OfferState, Publication
from regulars.loyalty.programme import queries as programme

_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('regulars.loyalty.offers.publish'))"


class OfferContradictsItself(Refusal):
    """The parts of the offer do not fit together."""

    code = "offer_contradicts_itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffer:
    """What a marketer says about an offer; percentages in basis points, money in minor units."""

    name: str
    benefit: Literal["discount", "points"]
    basis_points: int
    groups: Sequence[str] = field(default_factory=list)
    skus: Sequence[str] = field(default_factory=list)
    store_codes: Sequence[str] = field(default_factory=list)
    partner_id: int | None = None
    members_only: bool = True
    minimum_total: int = 0
    priority: int = 50
    is_cumulative: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    activation_days: int = 0
    lifetime_days: int | None = None


@transaction.atomic
def draft(new: NewOffer, *, by: Actor, at: datetime) -> Offer:
    """Write an offer down; tills hear of it when it is published. Raises `OfferContradictsItself`."""
    offer = Offer(
        public_id=ids.new("off"),
        scope="goods" if new.groups or new.skus else "receipt",
        currency_code=programme.get_currency().code if new.benefit == "points" else "",
        changed_at=at,
        **{name: getattr(new, name) for name in new.__slots__ if name not in {"groups", "skus", "store_codes"}},
        groups=list(new.groups),
        skus=list(new.skus),
        store_codes=list(new.store_codes),
    )
    _rule(offer)
    offer.save()
    journal.record(OfferDrafted(offer_id=offer.pk), by=by, at=at)
    return offer


@transaction.atomic
def publish(*offers: Offer, by: Actor, at: datetime) -> int:
    """Publish offers, together with those that are out already, as one new version; answers its number.

    Tills see it within a minute. A receipt that was quoted with an older version is still confirmed with that one.
    Publishing waits for whoever is publishing at the moment, so that each version contains the former.
    """
    sql.run(_ONE_AT_A_TIME)
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(state=OfferState.PUBLISHED, changed_at=at)
    return _publish_all(by=by, at=at)


@transaction.atomic
def stop(offer: Offer, *, by: Actor, at: datetime) -> int:
    """Take an offer back by publishing a version without it; answers the version's number. Waits as `publish` does."""
    sql.run(_ONE_AT_A_TIME)
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.STOPPED, changed_at=at)
    journal.record(OfferStopped(offer_id=offer.pk), by=by, at=at)
    return _publish_all(by=by, at=at)


def _publish_all(*, by: Actor, at: datetime) -> int:
    offers = list(Offer.objects.filter(state=OfferState.PUBLISHED).order_by("id"))
    rules = orjson.loads(engine.to_json([_rule(offer) for offer in offers]))
    last = Publication.objects.order_by("-version").values_list("published_at", flat=True).first()
    # Doors' clocks differ a little, and `at` was read before the wait: a later version never counts as the earlier one.
    published_at = max(at, last) if last else at
    made = Publication.objects.create(rules=rules, published_at=published_at, by_kind=by.kind, by_id=by.id)
    journal.record(OffersPublished(version=made.version, offers=[offer.public_id for offer in offers]), by=by, at=at)
    queries.forget()
    transaction.on_commit(queries.forget)
    return int(made.version)


def _rule(offer: Offer) -> engine.OfferRule:
    currency = programme.get_currency(offer.currency_code)
    try:
        return engine.OfferRule(
            id=offer.pk or 0,
            public_id=offer.public_id,
            name=offer.name,
            benefit="points" if offer.benefit == "points" else "discount",
            basis_points=offer.basis_points,
            scope="goods" if offer.scope == "goods" else "receipt",
            groups=frozenset(offer.groups),
            skus=frozenset(offer.skus),
            stores=frozenset(offer.store_codes),
            partner_id=offer.partner_id,
            members_only=offer.members_only,
            minimum_total=offer.minimum_total,
            priority=offer.priority,
            is_cumulative=offer.is_cumulative,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            currency=offer.currency_code,
            units_per_money=(currency.worth_denominator, currency.worth_numerator or 1),
            activation_days=offer.activation_days,
            lifetime_days=offer.lifetime_days,
        )
    except engine.BadRule as error:
        raise OfferContradictsItself(str(error)) from error
