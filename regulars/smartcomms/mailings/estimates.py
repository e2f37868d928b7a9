"""What a mailing would reach and cost if it started now: everybody rendered when they are few, a sample when many."""

from collections.abc import Sequence
from datetime import datetime
from itertools import batched

from regulars.kit import sql
from regulars.messages.estimates import Estimate, Tally
from regulars.providers import queries as providers
from regulars.smartcomms.mailings import queries, rendering
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.mailings.queries import Person
from regulars.smartcomms.mailings.rendering import Renderer
from regulars.templates.liquid import TemplateRefused

MOST_EXACT = 20_000  # people who can be reached: up to so many, everybody is rendered
MOST_WALKED = 100_000  # people in the audience: up to so many, everybody is looked at
SAMPLE_SIZE = 5_000
_AT_ONCE = 2_000


def estimate(mailing: Mailing, *, at: datetime) -> Estimate:
    """Reckon what starting this mailing now would reach and cost. Changes nothing.

    Up to 20,000 people who can be reached are rendered one by one and the figures are exact; of more, a random sample
    of 5,000. Texts that cannot be rendered cost nothing here and are counted.
    """
    sizes = queries.count_reachable(mailing)
    is_exact = sizes.size <= MOST_WALKED and sizes.reachable <= MOST_EXACT
    people, params = queries.compile_audience(mailing)
    if not is_exact:
        wanted = min(SAMPLE_SIZE * sizes.size // max(1, sizes.reachable) + 1, 4 * SAMPLE_SIZE)
        people, params = f"select person_id from ({people}) q order by random() limit %s", [*params, wanted]
    person_ids = [str(row["person_id"]) for row in sql.fetch(dict, people, params)]

    tally = Tally(mailing.channel, providers.list_prices(mailing.channel))
    renderer = Renderer(mailing)
    for some in batched(person_ids, _AT_ONCE, strict=False):
        _count(tally, renderer, queries.list_people(mailing.channel, some), at)
    if is_exact:
        sizes = queries.Sizes(len(person_ids), tally.reachable)
    return tally.told(size=sizes.size, reachable=sizes.reachable, is_exact=is_exact, sampled=len(person_ids))


def _count(tally: Tally, renderer: Renderer, people: Sequence[Person], at: datetime) -> None:
    mailing = renderer.mailing
    reasons = queries.left_out(people, channel=mailing.channel, category=mailing.category, at=at)
    tally.leave_out(reasons.values())
    for person in people:
        if person.person_id not in reasons:
            text = _text(renderer, person) if mailing.channel == "sms" else ""
            tally.add(rendering.locale_for(mailing, person.locale), person.address, text)


def _text(renderer: Renderer, person: Person) -> str | None:
    values = renderer.values(person, unsubscribe_url=renderer.unsubscribe_url(person.person_id))
    try:
        return renderer.render(person.locale, values).text
    except TemplateRefused:
        return None
