"""Whether news crosses to Smart Communications and back: changes put aside, and people of whom it was not told."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from regulars.gateways.rabbitmq import pipes
from regulars.gateways.rabbitmq.dead_letters import count_at
from regulars.kit import checks
from regulars.kit.checks import Finding, failed, ok, span, warning
from regulars.loyalty.sync import carriers, queries, untold
from regulars.loyalty.sync.carriers import Carrier

NAME: Final = "bridge"
LATE: Final = timedelta(hours=26)


def register() -> None:
    """Let the doctor look."""
    checks.register(NAME, news_crosses, system="loyalty", time_out_s=12)


def news_crosses(at: datetime) -> list[Finding]:
    """Look at what came from Smart Communications and was put aside, and at what it still must hear."""
    found: list[Finding] = []
    if count := queries.count_quarantined():
        said = f"{count:,} changes from Smart Communications were put aside, for their clock was ahead."
        found.append(warning(NAME, said, "Back office, Journal and bridge, Bridge: not applied"))
    carrier = carriers.current()
    if carrier is Carrier.NONE and len(settings.SYSTEMS) < 2:
        said = "Nothing carries news to Smart Communications."
        found.append(warning(NAME, said, "export RABBITMQ_URL=…, or REGULARS_EXCHANGE_FOLDER=…, and start again"))
    if carrier is Carrier.EXCHANGE:
        found += _late(at)
    if carrier is Carrier.RABBITMQ:
        found += _broker()
    return found or [ok(NAME, f"Nothing was put aside, and news crosses by {carrier}.")]


def _late(at: datetime) -> list[Finding]:
    last = queries.find_last_exchange()
    if last is None or at - last.written_at <= LATE or not untold.is_any():
        return []
    age = span((at - last.written_at).total_seconds())
    said = f"Members changed, and Smart Communications was told {age} ago for the last time."
    return [failed(NAME, said, "regulars exchange")]


def _broker() -> list[Finding]:
    """Ask the broker for letters that nobody could take."""
    try:
        dead = count_at(settings.RABBITMQ_URL, pipes.to(carriers.SISTER))
    except Exception as error:  # whatever a library says when a broker is away
        return [
            failed(
                NAME,
                f"RabbitMQ does not answer ({type(error).__name__}): news waits in the journal.",
                "regulars config",
            )
        ]
    if dead:
        return [warning(NAME, f"{dead:,} letters could not be taken.", "regulars bridge dead-letters")]
    return []
