"""What cannot be: the one family of exceptions that a door may show to people."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):
    """A request that the product declines, told in the user's words.

    `code` is stable and machine-readable; `field` names what to correct, in the caller's own spelling; `extra` goes into
    the problem document as further members (RFC 9457, section 3.2).
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422

    def __init__(self, message: str, *, field: str = "", extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.extra = dict(extra or {})


class NotFound(Refusal):
    """Nothing here has that id, or the one who asks may not know that it exists."""

    code = "not_found"
    status = 404


class Conflict(Refusal):
    """The request does not fit the present state."""

    code = "conflict"
    status = 409
