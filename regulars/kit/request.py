"""The id of the request that is being answered, for answers, headers and logs."""

from contextvars import ContextVar

from regulars.kit import ids

request_id: ContextVar[str] = ContextVar("request_id", default="")


def begin() -> str:
    """Give the request that begins its id."""
    made = ids.new("req")
    request_id.set(made)
    return made
