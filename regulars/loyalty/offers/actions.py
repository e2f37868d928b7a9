"""Writes offers, changes and copies drafts, and publishes them to the tills as one numbered version."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict
from regulars.loyalty.offers import engine, queries
from regulars.loyalty.offers.events import OfferChanged, OfferCopied, OfferDrafted, OffersPublished, OfferStopped
from regulars.loyalty.offers.models import Offer, OfferState, Publication
from regulars.loyalty.offers.rules import rule_of
from regulars.loyalty.programme import queries as programme

_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('regulars.loyalty.offers.publish'))"


COPIED = (
    "benefit",
    "basis_points",
    "scope",
    "groups",
    "skus",
    "store_codes",
    "partner_id",
    "members_only",
    "minimum_total",
    "priority",
    "is_cumulative",
    "starts_at",
    "ends_at",
    "currency_code",
    "activation_days",
    "lifetime_days",
)
LONGEST_NAME = 200


class OfferIsOut(Conflict):
    """The offer was published once: what receipts were priced with is not changed any more."""

    code = "offer_is_out"


class OfferIsNotOut(Conflict):
    """Only an offer that is published can be stopped."""

    code = "offer_is_not_out"


class OfferChangedMeanwhile(Conflict):
    """Somebody else changed the draft since it was looked at."""

    code = "offer_changed_meanwhile"


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


def preview(new: NewOffer) -> engine.OfferRule:
    """What the engine would be told; changes nothing. Raises `OfferContradictsItself`."""
    return rule_of(Offer(public_id="", **_told(new)))


@transaction.atomic
def draft(new: NewOffer, *, by: Actor, at: datetime) -> Offer:
    """Write an offer down; tills hear of it when it is published. Raises `OfferContradictsItself`."""
    preview(new)
    offer = Offer.objects.create(public_id=ids.new("off"), changed_at=at, **_told(new))
    journal.record(OfferDrafted(offer_id=offer.pk), by=by, at=at)
    return offer


@transaction.atomic
def change(offer: Offer, new: NewOffer, *, seen_at: datetime | None = None, by: Actor, at: datetime) -> tuple[str, ...]:
    """Change a draft; answers the fields that differ now. Said once: what changes nothing leaves no trace.

    `seen_at` is the draft's `changed_at` as whoever changes it saw it. An offer that was published is copied instead
    (`copy`). Raises `OfferIsOut`, `OfferChangedMeanwhile`, `OfferContradictsItself`.
    """
    locked = Offer.objects.select_for_update().get(pk=offer.pk)
    if locked.state != OfferState.DRAFT:
        raise OfferIsOut("This offer was published. Make a copy and change that: receipts remember what was promised.")
    if seen_at is not None and locked.changed_at != seen_at:
        raise OfferChangedMeanwhile("Somebody changed this draft meanwhile. Look at it again before you save.")
    told = _told(new)
    differing = tuple(sorted(name for name, value in told.items() if getattr(locked, name) != value))
    if not differing:
        return ()
    for name in differing:
        setattr(locked, name, told[name])
    rule_of(locked)
    locked.changed_at = at
    locked.save()
    journal.record(OfferChanged(locked.pk, differing), by=by, at=at)
    return differing


@transaction.atomic
def copy(offer: Offer, *, replaces: bool = False, by: Actor, at: datetime) -> Offer:
    """Make a draft that says the same as an offer; with `replaces` it takes that one's place when it is published.

    Not repeatable: each call makes another draft. Without `replaces` its name tells that it is a copy.
    """
    name = offer.name if replaces else f"{offer.name[: LONGEST_NAME - 7]} (copy)"
    made = Offer.objects.create(
        public_id=ids.new("off"),
        name=name,
        changed_at=at,
        replaces_id=offer.pk if replaces else None,
        **{field: getattr(offer, field) for field in COPIED},
    )
    journal.record(OfferCopied(made.pk, offer.pk, replaces), by=by, at=at)
    return made


@transaction.atomic
def publish(*offers: Offer, by: Actor, at: datetime) -> int:
    """Publish offers, together with those that are out already, as one new version; answers its number.

    Those whose place they take are stopped in the same version. Tills see it within a minute. A receipt that was quoted
    with an older version is still confirmed with that one. Publishing waits for whoever is publishing at the moment, so
    that each version contains the former.
    """
    sql.run(_ONE_AT_A_TIME)
    chosen = [offer.pk for offer in offers]
    places = Offer.objects.filter(pk__in=chosen, replaces_id__isnull=False).values_list("replaces_id", flat=True)
    replaced = Offer.objects.filter(pk__in=list(places), state=OfferState.PUBLISHED).exclude(pk__in=chosen)
    for offer_id in list(replaced.order_by("pk").values_list("pk", flat=True)):
        Offer.objects.filter(pk=offer_id).update(state=OfferState.STOPPED, changed_at=at)
        journal.record(OfferStopped(offer_id=offer_id), by=by, at=at)
    Offer.objects.filter(pk__in=chosen).update(state=OfferState.PUBLISHED, changed_at=at)
    return _publish_all(by=by, at=at)


@transaction.atomic
def stop(offer: Offer, *, by: Actor, at: datetime) -> int:
    """Take an offer back by publishing a version without it; answers the version's number. Waits as `publish` does.

    Raises `OfferIsNotOut`.
    """
    sql.run(_ONE_AT_A_TIME)
    out = Offer.objects.filter(pk=offer.pk, state=OfferState.PUBLISHED)
    if not out.update(state=OfferState.STOPPED, changed_at=at):
        raise OfferIsNotOut("This offer is not out: tills do not give it.")
    journal.record(OfferStopped(offer_id=offer.pk), by=by, at=at)
    return _publish_all(by=by, at=at)


def _publish_all(*, by: Actor, at: datetime) -> int:
    offers = list(Offer.objects.filter(state=OfferState.PUBLISHED).order_by("id"))
    rules = orjson.loads(engine.to_json([rule_of(offer) for offer in offers]))
    last = Publication.objects.order_by("-version").values_list("published_at", flat=True).first()
    # Doors' clocks differ a little, and `at` was read before the wait: a later version never counts as the earlier one.
    published_at = max(at, last) if last else at
    made = Publication.objects.create(rules=rules, published_at=published_at, by_kind=by.kind, by_id=by.id)
    journal.record(OffersPublished(version=made.version, offers=[offer.public_id for offer in offers]), by=by, at=at)
    queries.forget()
    transaction.on_commit(queries.forget)
    return int(made.version)


def _told(new: NewOffer) -> dict[str, Any]:
    """What a marketer says, as the columns of an offer."""
    lists = {name: list(getattr(new, name)) for name in ("groups", "skus", "store_codes")}
    plain = {name: getattr(new, name) for name in new.__slots__ if name not in lists}
    scope = "goods" if new.groups or new.skus else "receipt"
    currency_code = programme.get_currency().code if new.benefit == "points" else ""
    return {**plain, **lists, "scope": scope, "currency_code": currency_code}
