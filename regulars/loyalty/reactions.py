"""When this happens in Loyalty, do that: one line per event, be it empty."""

from regulars.access.events import EmployeeAdded, TillKeyIssued, TillKeyRevoked
from regulars.journal import reactions


def register() -> None:
    """Tell the journal what Loyalty does about what happens, and the message queue whom to ask."""
    reactions.register("loyalty", {EmployeeAdded: [], TillKeyIssued: [], TillKeyRevoked: []})
