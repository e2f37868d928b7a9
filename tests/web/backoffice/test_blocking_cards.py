"""A card is blocked with a reason, once."""

import pytest

from regulars.journal.models import Entry
from tests import cast
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def test_a_card_is_blocked_with_a_reason_and_once() -> None:
    card = cast.anna().card
    client = staff.signed_in("operator")
    address = staff.page_of("backoffice", card).replace("change", "block")

    asked = client.get(address)
    client.post(address, {"reason": "lost"})
    client.post(address, {"reason": "stolen"})

    card.refresh_from_db()
    assert "Tills will refuse this card" in asked.text
    assert (card.state, card.block_reason) == ("blocked", "lost")
    assert Entry.objects.filter(event="loyalty.CardBlocked", by_kind="employee").count() == 1


def test_who_may_not_block_sees_no_button_and_is_refused() -> None:
    card = cast.anna().card
    client = staff.signed_in("auditor")
    address = staff.page_of("backoffice", card)

    assert "Block card" not in client.get(address).text
    assert client.post(address.replace("change", "block"), {"reason": "lost"}).status_code == 403
    card.refresh_from_db()
    assert card.state == "active"
