"""The one permission table: which role may do what; a permission is `room.verb`, and deny beats allow."""

from collections.abc import Iterable
from typing import Final

# Rooms that can be looked into, each with what stands in it.
ROOMS: Final[dict[str, str]] = {
    "programme": "the programme's settings",
    "stores": "partners, stores and tills",
    "goods": "products and product groups",
    "members": "members",
    "cards": "cards and their series",
    "subscriptions": "consent and mailing types",
    "points": "points and the ledger",
    "purchases": "purchases",
    "offers": "offers and published versions",
    "audiences": "audiences",
    "mailings": "mailings",
    "notifications": "notification rules",
    "sync": "the bridge between the systems",
    "customers": "customers of Smart Communications",
    "providers": "gateways and their prices",
    "runs": "runs of mailings and their people",
    "messages": "messages that were sent or wait",
    "journal": "the journal",
    "access": "employees and keys",
}
VIEWABLE: Final = list(ROOMS)
# Every permission there is, each with what it allows: "somebody may …".
PERMISSIONS: Final[dict[str, str]] = {
    **{f"{room}.view": f"look at {what}" for room, what in ROOMS.items()},
    **{f"{room}.export": f"take lists of {what} out as a file" for room, what in ROOMS.items()},
    "programme.change": "change the programme's settings",
    "subscriptions.make_type": "make mailing types",
    "notifications.change": "change texts of notifications, and turn them on and off",
    "members.open_profile": "open a member's page in the contact centre, with contacts",
    "members.register": "register members in the contact centre",
    "members.leave": "end a membership for good",
    "cards.block": "block cards",
    "subscriptions.change": "change what a member hears and where",
    "categories.change": "change mailing categories of Smart Communications",
    "offers.change": "write offers down and change drafts",
    "offers.publish": "publish and stop offers",
    "audiences.change": "write and put away audiences",
    "mailings.change": "write and test mailings",
    "mailings.start": "start, pause and break off mailings",
    "providers.change": "change gateways and their prices",
    "providers.hold": "hold all sending, and let it go on",
    "access.change": "add employees, change their roles, close and open their accounts",
    "stores.change": "add partners, stores and tills, close and open tills",
    "access.issue_till_key": "make keys of tills",
    "access.revoke_till_key": "take keys of tills away",
    "access.change_team": "say whom keys of the team reach",
    "installation.view": "look at how the installation is: what the doctor sees",
}

_EVERYTHING = {"*"}
ROLES: Final[dict[str, set[str]]] = {
    "administrator": _EVERYTHING,
    "marketer": {
        "programme.view", "stores.view", "goods.view", "offers.view", "offers.change", "offers.publish", "subscriptions.view",
        "notifications.view", "customers.view", "messages.view", "purchases.view", "providers.view", "runs.view",
        "audiences.view", "audiences.change", "mailings.view", "mailings.change", "mailings.start",
        "purchases.export", "offers.export", "goods.export", "mailings.export", "notifications.change",
    },
    "senior marketer": {
        "programme.view", "stores.view", "goods.view", "offers.view", "offers.change", "offers.publish", "subscriptions.view",
        "notifications.view", "customers.view", "messages.view", "purchases.view", "members.view", "categories.change",
        "providers.view", "runs.view", "audiences.view", "audiences.change", "mailings.view", "mailings.change",
        "mailings.start", "purchases.export", "offers.export", "goods.export", "mailings.export", "members.export",
        "audiences.export", "messages.export", "notifications.change", "subscriptions.make_type",
    },
    "designer": {"offers.view", "notifications.view", "mailings.view", "mailings.change"},
    "operator": {
        "members.view", "members.open_profile", "members.register", "cards.view", "cards.block", "points.view",
        "purchases.view", "subscriptions.view", "subscriptions.change", "messages.view", "providers.view",
    },
    "senior operator": {
        "members.view", "members.open_profile", "members.register", "members.leave", "cards.view", "cards.block",
        "points.view", "purchases.view", "subscriptions.view", "subscriptions.change", "messages.view", "providers.view",
    },
    "analyst": {
        "programme.view", "stores.view", "goods.view", "offers.view", "purchases.view", "points.view", "audiences.view",
        "mailings.view", "runs.view", "stores.export", "goods.export", "offers.export", "purchases.export", "points.export",
        "mailings.export",
    },
    "auditor": {
        *(f"{room}.view" for room in VIEWABLE), "journal.export", "points.export", "purchases.export",
        "subscriptions.export", "access.export", "installation.view",
    },
    "api": set(),
}  # fmt: skip
ROLE_WORDS: Final[dict[str, str]] = {
    "administrator": "everything, employees included",
    "marketer": "offers, audiences and mailings, without members' names",
    "senior marketer": "the same, with members and categories",
    "designer": "texts of mailings",
    "operator": "the contact centre: finds members, blocks cards, changes what they hear",
    "senior operator": "the same, and ends memberships",
    "analyst": "figures, without members' names",
    "auditor": "reads everything, changes nothing",
    "api": "nothing by hand; for programs",
}
DENIED: Final[dict[str, set[str]]] = {
    "auditor": {"members.leave", "cards.block", "offers.change", "offers.publish"},
}


def allows(roles: Iterable[str], permission: str) -> bool:
    """Tell whether somebody with these roles may; a role that denies beats every role that allows."""
    held = list(roles)
    if any(permission in DENIED.get(role, ()) for role in held):
        return False
    return any(permission in granted or "*" in granted for role in held if (granted := ROLES.get(role)))


def granting(roles: Iterable[str], permission: str) -> list[str]:
    """Which of these roles give a permission, whether or not another one denies it."""
    return [role for role in roles if {permission, "*"} & ROLES.get(role, set())]


def holders(permission: str) -> list[str]:
    """The roles with which alone somebody may do this."""
    return [role for role in ROLES if allows([role], permission)]


def room_of(app_label: str) -> str:
    """The room's name in an app label: `loyalty_members` → `members`."""
    return app_label.removeprefix("loyalty_").removeprefix("smartcomms_").removeprefix("regulars_")


def from_django(permission: str) -> str:
    """Read Django's `loyalty_members.view_member` as `members.view`; our own names pass unchanged."""
    app_label, _, verb = permission.partition(".")
    act, _, rest = verb.partition("_")
    is_django = rest and act in {"add", "change", "delete", "view"}
    return f"{room_of(app_label)}.{act}" if is_django else permission
