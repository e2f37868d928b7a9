"""Bookmarks of lists: where the next page begins, signed, so that a made-up one is refused before anybody asks the database."""

from typing import Annotated, Any

from django.core import signing
from pydantic import Field

from regulars.kit.refusal import Refusal

MOST = 200
AS_A_RULE = 50
Cursor = Annotated[str, Field(max_length=300, pattern=r"^[A-Za-z0-9_:\-]+$", description="`next` of the page before.")]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many at most.")]
_SALT = "regulars.api.cursor"


class CursorUnreadable(Refusal):
    """The cursor was not made here, or not for this list."""

    code = "cursor_unreadable"


def write(of: str, *place: int | str) -> str:
    """The bookmark of a list; `of` says which one, and whose."""
    return signing.dumps(list(place), salt=f"{_SALT}:{of}", compress=False)


def read(of: str, text: str) -> list[Any]:
    """The place that a bookmark of this list marks; raises `CursorUnreadable`."""
    try:
        place: list[Any] = signing.loads(text, salt=f"{_SALT}:{of}")
    except (signing.BadSignature, ValueError) as error:
        raise CursorUnreadable(
            "This is no cursor of this list. Begin without one, then send `next` as it came.", field="query:cursor"
        ) from error
    return place
