"""The table of moves is held by the database."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction

from regulars.messages import fate
from regulars.messages.models import DeliveryState, Message, MessageState
from tests.messages.post_office import queue

pytestmark = pytest.mark.django_db

LEGAL = {
    "queued": "claimed skipped cancelled expired",
    "claimed": "queued submitting skipped cancelled expired",
    "submitting": "queued accepted delivered read failed unknown",
    "accepted": "delivered read failed unknown",
    "delivered": "read failed",
    "read": "failed",
    "unknown": "queued accepted delivered read failed",
}


@pytest.mark.parametrize("begin", MessageState.values)
def test_only_the_moves_of_the_table_are_possible(begin: str) -> None:
    message = queue()
    possible = set()
    for end in MessageState.values:
        with transaction.atomic():
            _force(message, begin)
        with suppress(IntegrityError), transaction.atomic():
            Message.objects.filter(id=message.pk).update(state=end)
            possible.add(end)

    assert possible == {begin, *LEGAL.get(begin, "").split()}


def test_the_order_of_knowledge_names_every_state_of_a_delivery() -> None:
    assert list(fate.ORDER) == DeliveryState.values


def _force(message: Message, state: str) -> None:
    """Put a message anywhere: replace the row."""
    Message.objects.filter(id=message.pk).delete()
    message.state = state
    message.save(force_insert=True)
