"""The request that is being answered: its id, for answers, headers and logs, and whether it repeats an earlier one."""

from contextvars import ContextVar

from regulars.kit import ids

request_id: ContextVar[str] = ContextVar("request_id", default="")
acting: ContextVar[str] = ContextVar("acting", default="")
"""What kind of actor asks, as soon as somebody found out; for the log."""
is_repeat: ContextVar[bool] = ContextVar("is_repeat", default=False)


def begin() -> str:
    """Give the request that begins its id."""
    made = ids.new("req")
    request_id.set(made)
    is_repeat.set(False)
    return made
