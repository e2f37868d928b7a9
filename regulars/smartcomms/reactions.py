"""When this happens in Smart Communications, do that: one line per event, be it empty."""

from regulars.access.events import EmployeeAdded, TillKeyIssued, TillKeyRevoked
from regulars.journal import reactions


def register() -> None:
    """Tell the journal what Smart Communications does about what happens, and the message queue whom to ask."""
    reactions.register("smartcomms", {EmployeeAdded: [], TillKeyIssued: [], TillKeyRevoked: []})
