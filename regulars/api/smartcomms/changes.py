"""Members and changes of Mailings from Loyalty."""

from django.http import HttpRequest
from ninja import Router

from regulars.api.signed import sister_of
from regulars.contract.changes import Batch, Outcome
from regulars.kit import clock
from regulars.smartcomms.sync import actions as sync

router = Router(tags=["Changes"])


@router.post("/changes", response=Outcome, summary="Receive members and changes of Mailings")
def receive(request: HttpRequest, batch: Batch) -> Outcome:
    """Take profiles of members and changes of Mailings per channel, all or none. Repeat it freely."""
    return sync.receive_changes(batch, by=sister_of(request), at=clock.now())
