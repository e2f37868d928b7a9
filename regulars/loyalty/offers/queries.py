"""Looks up published versions of offers, compiled and remembered."""

import time
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.offers import engine
from regulars.loyalty.offers.models import Offer, OfferState, Publication
from regulars.loyalty.offers.rules import Difference, difference, rule_of

REMEMBER_S = 60.0
NOTHING = engine.compile((), 0)


class UnknownVersion(NotFound):
    """The offers were never published under that number."""

    code = "offers_version_unknown"


@dataclass(frozen=True, slots=True)
class _Published:
    version: int
    published_at: datetime


_known: tuple[float, list[_Published]] | None = None


def forget() -> None:
    """Look again at the next question; called when this process publishes."""
    global _known
    _known = None


def get_snapshot(at: datetime) -> engine.Snapshot:
    """The offers as they were published at an instant; before the first publication there are none.

    New versions of other processes are seen within 60 seconds.
    """
    published = _list_published()
    place = bisect_right(published, at, key=lambda each: each.published_at)
    return get_version(published[place - 1].version) if place else NOTHING


@lru_cache(maxsize=32)
def get_version(version: int) -> engine.Snapshot:
    """One published version, compiled; raises `UnknownVersion`."""
    if version == 0:
        return NOTHING
    rules = Publication.objects.values_list("rules", flat=True).filter(version=version).first()
    if rules is None:
        raise UnknownVersion(f"There is no version {version} of the offers.")
    return engine.compile(engine.from_json(orjson.dumps(rules).decode()), version)


def what_changes(*chosen: Offer) -> Difference:
    """What publishing these offers now would change for the tills, compared with the version that is out.

    Raises `OfferContradictsItself`.
    """
    replaced = {offer.pk: offer.replaces_id for offer in chosen if offer.replaces_id}
    out = Offer.objects.filter(state=OfferState.PUBLISHED).exclude(pk__in=[*replaced.values(), *(o.pk for o in chosen)])
    after = sorted([*out, *chosen], key=lambda offer: offer.pk)
    last = Publication.objects.order_by("-version").first()
    before = engine.from_json(orjson.dumps(last.rules).decode()) if last else ()
    return difference(before, [rule_of(offer) for offer in after], replaced)


def _list_published() -> list[_Published]:
    global _known
    ticks, known = time.monotonic(), _known  # another thread may forget at any moment
    if known is None or ticks - known[0] > REMEMBER_S:
        rows = sql.fetch(
            _Published, "select version, published_at from loyalty_offers_publication order by published_at, version"
        )
        _known = known = (ticks, rows)
    return known[1]
