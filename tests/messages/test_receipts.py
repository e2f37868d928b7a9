"""Receipts come in any order, repeatedly, early and late, and the end is always the same."""

from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.clock import now
from regulars.messages import actions, queries
from regulars.messages.gateway import Outcome, Receipt, ReceiptState
from regulars.messages.models import Delivery, Suppression
from tests.messages.post_office import BY, add_gateway, claim, mark, queue, settle, state, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refused")]

S = ReceiptState


def receive(gateway_id: int, *receipts: Receipt) -> int:
    return actions.record_receipts(gateway_id, receipts, by=BY, at=now())


def test_a_receipt_finds_its_message_by_the_providers_id(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"))

    assert receive(gateway_id, Receipt("A1", None, S.DELIVERED, "DELIVRD 000")) == 1
    assert receive(gateway_id, Receipt("A1", None, S.DELIVERED), Receipt("A1", None, S.ACCEPTED)) == 2
    assert state(message)[0] == "delivered"


def test_the_same_id_at_another_gateway_is_another_message(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"))

    assert receive(add_gateway("other"), Receipt("A1", None, S.FAILED)) == 0
    assert state(message)[0] == "accepted"


def test_a_receipt_before_the_answer_waits_for_it(gateway_id: int) -> None:
    message = queue()
    claimed = submit(gateway_id)
    early = receive(gateway_id, Receipt("A1", None, S.DELIVERED))

    settle(claimed, gateway_id, (Outcome.ACCEPTED, "A1"))

    assert early == 0
    assert state(message)[0] == "delivered"
    assert queries.count_unmatched_receipts() == 0


def test_an_unknown_id_is_kept_once(gateway_id: int) -> None:
    receive(gateway_id, *[Receipt("nobody's", None, S.DELIVERED)] * 2)
    receive(gateway_id, Receipt("nobody's", None, S.DELIVERED))

    assert queries.count_unmatched_receipts() <= 2


def test_a_message_of_unknown_fate_is_found_by_reference_and_address(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    reference = Delivery.objects.get().pk % 65_536

    wrong_address = receive(gateway_id, Receipt("A1", reference, S.DELIVERED, address="+79990000077"))
    right = receive(gateway_id, Receipt("A1", reference, S.DELIVERED, address=message.address))

    assert (wrong_address, right) == (0, 1)
    assert state(message)[0] == "delivered"
    assert Delivery.objects.get().provider_id == "A1"


def test_an_ambiguous_reference_moves_nobody(gateway_id: int) -> None:
    first, second = queue(), queue(origin="run:2")
    for _ in range(2):
        settle(_one(gateway_id), gateway_id, Outcome.UNKNOWN)
    older, newer = Delivery.objects.order_by("id")
    Delivery.objects.filter(pk=newer.pk).update(id=older.pk + 65_536)

    assert receive(gateway_id, Receipt("A1", older.pk % 65_536, S.DELIVERED, address=first.address)) == 0
    assert (state(first)[0], state(second)[0]) == ("unknown", "unknown")


def test_a_late_answer_without_an_address_makes_it_accepted(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    reference = Delivery.objects.get().pk % 65_536

    receive(gateway_id, Receipt("A1", reference, S.ACCEPTED))

    assert state(message)[0] == "accepted"


def test_a_receipt_for_an_erased_person_moves_the_nameless_row(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    reference, address = Delivery.objects.get().pk % 65_536, message.address
    actions.erase_person("mem_1", at=now())

    receive(gateway_id, Receipt("A1", reference, S.FAILED, address=address, dead_address=True))

    assert state(message)[0] == "failed"
    assert queries.count_unmatched_receipts() == 0
    assert not Suppression.objects.exists()


def test_a_dead_address_in_a_receipt_is_suppressed(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"))

    receive(gateway_id, Receipt("A1", None, S.FAILED, "UNDELIV 011", dead_address=True))

    assert Suppression.objects.values_list("address", "reason").get() == (message.address, "UNDELIV 011")


def test_a_message_is_delivered_when_all_parts_are(gateway_id: int) -> None:
    message = queue(text="ы" * 100)
    settle(submit(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"), (Outcome.ACCEPTED, "A2"))

    receive(gateway_id, Receipt("A2", None, S.DELIVERED))
    half = state(message)[0]
    receive(gateway_id, Receipt("A1", None, S.DELIVERED))

    assert (half, state(message)[0]) == ("accepted", "delivered")


def test_an_old_receipt_finds_the_latest_bearer_of_a_reused_id(gateway_id: int) -> None:
    first, second = queue(), queue(origin="run:2")
    for _ in range(2):
        settle(_one(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"))

    receive(gateway_id, Receipt("A1", None, S.DELIVERED))

    assert (state(first)[0], state(second)[0]) == ("accepted", "delivered")


def test_text_that_no_database_takes_is_cleaned(gateway_id: int) -> None:
    message = queue()
    settle(submit(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"))

    receive(gateway_id, Receipt("A1", None, S.FAILED, "UNDELIV\0 1"))

    assert state(message) == ("failed", "UNDELIV 1")


# --- any order


def _one(gateway_id: int) -> Any:
    (claimed,) = claim(gateway_id, limits=(1, 1, 1))
    mark([claimed], gateway_id)
    return claimed


def _rehearse(gateway_id: int, steps: list[Any]) -> tuple[str, list[str], int]:
    """Play the answer to a two-part message and its receipts in the given order; say how it ends."""
    with transaction.atomic():
        message = queue(text="ы" * 100)
        claimed = submit(gateway_id)
        for step in steps:
            if step == "answer":
                settle(claimed, gateway_id, (Outcome.ACCEPTED, "A1"), (Outcome.ACCEPTED, "A2"))
            else:
                receive(gateway_id, step)
        actions.recover(by=BY, at=now())
        parts = list(Delivery.objects.order_by("part").values_list("state", flat=True))
        end = state(message)[0], parts, Suppression.objects.count()
        transaction.set_rollback(True)
    return end


def test_every_order_of_answer_and_receipts_ends_the_same(gateway_id: int) -> None:
    steps = [
        "answer",
        Receipt("A1", None, S.ACCEPTED),
        Receipt("A1", None, S.DELIVERED),
        Receipt("A2", None, S.UNKNOWN),
        Receipt("A2", None, S.DELIVERED),
    ]

    ends = {str(_rehearse(gateway_id, list(order))) for order in permutations(steps)}

    assert ends == {"('delivered', ['delivered', 'delivered'], 0)"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_receipts_even_contradicting_ones_end_the_same_in_any_order(gateway_id: int, data: st.DataObject) -> None:
    one = st.builds(Receipt, st.sampled_from(["A1", "A2"]), st.none(), st.sampled_from(S))
    steps = ["answer", *data.draw(st.lists(one, max_size=6))]
    shuffled = data.draw(st.permutations(steps))

    assert _rehearse(gateway_id, steps) == _rehearse(gateway_id, list(shuffled))
