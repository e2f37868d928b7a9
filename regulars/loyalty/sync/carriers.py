"""What carries news to Smart Communications: RabbitMQ in real time if it has an address, else the exchange once a day."""

from datetime import datetime
from enum import StrEnum

from django.conf import settings

from regulars.contract import signing
from regulars.contract.changes import Batch
from regulars.gateways.rabbitmq import pipes, publisher
from regulars.warehouse import folder

SISTER = "smartcomms"


class Carrier(StrEnum):
    """A way for news to cross."""

    RABBITMQ = "rabbitmq"
    EXCHANGE = "exchange"
    NONE = "none"


def current() -> Carrier:
    """The carrier of this installation; none where Loyalty does not run, or nobody said how to reach the sister."""
    if "loyalty" not in settings.SYSTEMS:
        return Carrier.NONE
    if settings.RABBITMQ_URL:
        return Carrier.RABBITMQ
    return Carrier.EXCHANGE if folder.find() else Carrier.NONE


def publish(batch: Batch, *, message_id: str, at: datetime) -> None:
    """Hand a signed batch to RabbitMQ. Raises `BrokerNotReached`; the same id again does no harm."""
    body = batch.model_dump_json().encode()
    signature = signing.sign(settings.SISTER_KEY, body, int(at.timestamp()))
    to_sister = publisher.publisher_to(settings.RABBITMQ_URL, pipes.to(SISTER))
    to_sister.publish(body, message_id=message_id, signature=signature)
