"""The till's own receipts, newest first: to look one up, and to compare after a till was restored."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from regulars.api import cursors
from regulars.api.cursors import AS_A_RULE, Cursor, Limit
from regulars.api.pos.bodies import Moment
from regulars.api.pos.tills import till_of
from regulars.loyalty.purchases import queries as purchases

router = Router(tags=["Purchases"])
Since = Annotated[Moment, Field(description="Only what was confirmed then or later.")]


class PurchaseTold(BaseModel):
    """A confirmed purchase of this till; money in minor units, points in the smallest unit."""

    id: str
    purchase: str = Field(description="The till's own id.")
    sold_at: datetime
    confirmed_at: datetime
    member: str | None = Field(description="The member's id; null for an anonymous purchase.")
    amount: int = Field(description="Before any discount.")
    discount: int
    rounding: int
    total: int
    points_spent: int
    points: int = Field(description="What it earned.")


class PurchasesPage(BaseModel):
    """A page of purchases, newest first."""

    purchases: list[PurchaseTold]
    next: str | None = Field(description="Send it as `cursor` to get the page that follows; null: there is none.")


@router.get("/purchases", response=PurchasesPage, summary="List the till's purchases")
def list_purchases(
    request: HttpRequest,
    limit: Limit = AS_A_RULE,
    cursor: Cursor | None = None,
    since: Since | None = None,
) -> PurchasesPage:
    """What this till has confirmed, newest first, a page at a time. A restored till asks `since` its backup for what it has lost.

    Receipts that are confirmed meanwhile do not move the pages. With a key for tests, only receipts of such keys are listed.
    """
    till = till_of(request)
    name = f"purchases:{till.till_public_id}"
    before = None
    if cursor is not None:
        at, place = cursors.read(name, cursor)
        before = datetime.fromisoformat(at), int(place)
    found = purchases.list_of_till(till.till_id, since=since, before=before, limit=limit + 1)
    page, last = found[:limit], found[limit - 1] if len(found) > limit else None
    return PurchasesPage(
        purchases=[PurchaseTold.model_validate(each, from_attributes=True) for each in page],
        next=cursors.write(name, last.confirmed_at.isoformat(), last.place) if last else None,
    )
