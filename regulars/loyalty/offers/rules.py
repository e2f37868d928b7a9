"""An offer as the engine reads it, and how two versions of the published offers differ."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regulars.kit.refusal import Refusal
from regulars.loyalty.offers import engine
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.programme import queries as programme

# Where the refusals of the engine stand on a form: the engine says what is wrong, the form where.
_FIELDS = {"it ends before": "ends_at", "a discount is": "basis_points", "a least sum": "minimum_total"}


class OfferContradictsItself(Refusal):
    """The parts of the offer do not fit together."""

    code = "offer_contradicts_itself"


def rule_of(offer: Offer) -> engine.OfferRule:
    """The offer in the engine's words; raises `OfferContradictsItself`, naming the field where one is to blame."""
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
        said = str(error).partition(": ")[2] or str(error)
        field = next((field for begin, field in _FIELDS.items() if said.startswith(begin)), "")
        raise OfferContradictsItself(said[:1].upper() + said[1:], field=field) from error


@dataclass(frozen=True, slots=True)
class Difference:
    """What a publication changes for the tills: offers that begin, offers that end, and those that are told anew."""

    begun: Sequence[engine.OfferRule]
    ended: Sequence[engine.OfferRule]
    altered: Sequence[tuple[engine.OfferRule, engine.OfferRule]]

    @property
    def is_nothing(self) -> bool:
        """Whether tills would notice nothing."""
        return not (self.begun or self.ended or self.altered)


def difference(
    before: Sequence[engine.OfferRule], after: Sequence[engine.OfferRule], replaced: dict[int, int] | None = None
) -> Difference:
    """Compare two versions; `replaced` says which offer (by id) takes the place of which."""
    old = {rule.id: rule for rule in before}
    places = {new: place for new, place in (replaced or {}).items() if place in old}
    pairs = [(former, rule) for rule in after if (former := old.get(places.get(rule.id, rule.id)))]
    kept = {rule.id for pair in pairs for rule in pair}
    return Difference(
        begun=[rule for rule in after if rule.id not in kept],
        ended=[rule for rule in before if rule.id not in kept],
        altered=[(first, second) for first, second in pairs if _told(first) != _told(second)],
    )


def _told(rule: engine.OfferRule) -> engine.OfferRule:
    """The rule without what names it."""
    return replace(rule, id=0, public_id="")
