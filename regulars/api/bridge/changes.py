"""Whole-channel changes from Smart Communications."""

from django.http import HttpRequest
from ninja import Router

from regulars.api.signed import sister_of
from regulars.contract.changes import ConsentChanges, Outcome
from regulars.kit import clock
from regulars.loyalty.sync import actions as sync

router = Router(tags=["Changes"])


@router.post("/changes", response=Outcome, summary="Receive whole-channel changes")
def receive(request: HttpRequest, batch: ConsentChanges) -> Outcome:
    """Take changes of whole channels, all or none; Mailings over those channels follows. Repeat it freely."""
    return sync.receive_consent_changes(batch.consent_changes, by=sister_of(request), at=clock.now())
