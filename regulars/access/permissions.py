"""The one permission table: which role may do what; a permission is `room.verb`, and deny beats allow."""

from collections.abc import Iterable
from typing import Final

VIEWABLE: Final = [
    "programme",
    "stores",
    "goods",
    "members",
    "cards",
    "subscriptions",
    "points",
    "purchases",
    "offers",
    "audiences",
    "mailings",
    "notifications",
    "sync",
    "customers",
    "providers",
    "runs",
    "messages",
    "journal",
    "access",
]

_EVERYTHING = {"*"}
ROLES: Final[dict[str, set[str]]] = {
    "administrator": _EVERYTHING,
    "marketer": {
        "programme.view", "stores.view", "goods.view", "offers.view", "offers.publish", "subscriptions.view",
        "notifications.view", "customers.view", "messages.view", "purchases.view", "providers.view", "runs.view",
        "audiences.view", "audiences.change", "mailings.view", "mailings.change", "mailings.start",
    },
    "senior marketer": {
        "programme.view", "stores.view", "goods.view", "offers.view", "offers.publish", "subscriptions.view",
        "notifications.view", "customers.view", "messages.view", "purchases.view", "members.view", "categories.change",
        "providers.view", "runs.view", "audiences.view", "audiences.change", "mailings.view", "mailings.change",
        "mailings.start",
    },
    "designer": {"offers.view", "notifications.view", "mailings.view", "mailings.change"},
    "operator": {
        "members.view", "members.open_profile", "cards.view", "cards.block", "points.view", "purchases.view",
        "subscriptions.view", "subscriptions.change", "messages.view", "providers.view",
    },
    "senior operator": {
        "members.view", "members.open_profile", "members.leave", "cards.view", "cards.block", "points.view",
        "purchases.view", "subscriptions.view", "subscriptions.change", "messages.view", "providers.view",
    },
    "analyst": {
        "programme.view", "stores.view", "goods.view", "offers.view", "purchases.view", "points.view", "audiences.view",
        "mailings.view", "runs.view",
    },
    "auditor": {f"{room}.view" for room in VIEWABLE},
    "api": set(),
}  # fmt: skip
DENIED: Final[dict[str, set[str]]] = {
    "auditor": {"members.leave", "cards.block", "offers.publish"},
}


def allows(roles: Iterable[str], permission: str) -> bool:
    """Tell whether somebody with these roles may; a role that denies beats every role that allows."""
    held = list(roles)
    if any(permission in DENIED.get(role, ()) for role in held):
        return False
    return any(permission in granted or "*" in granted for role in held if (granted := ROLES.get(role)))


def room_of(app_label: str) -> str:
    """The room's name in an app label: `loyalty_members` → `members`."""
    return app_label.removeprefix("loyalty_").removeprefix("smartcomms_").removeprefix("regulars_")


def from_django(permission: str) -> str:
    """Read Django's `loyalty_members.view_member` as `members.view`; our own names pass unchanged."""
    app_label, _, verb = permission.partition(".")
    act, _, rest = verb.partition("_")
    is_django = rest and act in {"add", "change", "delete", "view"}
    return f"{room_of(app_label)}.{act}" if is_django else permission
