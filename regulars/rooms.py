"""The list of Django apps: every ground place, room and door that has tables, templates or start-up work."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from regulars.kit.checks import Finding


class Regulars(AppConfig):
    """The product itself: its management commands, and what can be looked at before any room is there."""

    name = "regulars"
    label = "regulars"

    def ready(self) -> None:
        """Register the checks of the installation."""
        from regulars import installation

        installation.register()


class Journal(AppConfig):
    """What happened."""

    name = "regulars.journal"
    label = "journal"

    def ready(self) -> None:
        """Register what can be looked at and measured."""
        from regulars.journal import health

        health.register()


class Access(AppConfig):
    """Employees, roles and keys."""

    name = "regulars.access"
    label = "access"
    verbose_name = "Employees and keys"


class Providers(AppConfig):
    """Accounts at providers."""

    name = "regulars.providers"
    label = "providers"
    verbose_name = "Gateways"

    def ready(self) -> None:
        """Register what can be looked at and measured."""
        from regulars.providers import health

        health.register()


class Runs(AppConfig):
    """Starts of mailings and their frozen audiences."""

    name = "regulars.runs"
    label = "runs"
    verbose_name = "Runs"


class Messages(AppConfig):
    """The queue of messages; the label differs from the name since Django's own `messages` has it."""

    name = "regulars.messages"
    label = "regulars_messages"
    verbose_name = "Messages"

    def ready(self) -> None:
        """Register what can be looked at and measured."""
        from regulars.kit import checks
        from regulars.messages import health

        health.register()
        checks.register("mail domain", _mail_domain, time_out_s=20)


def _mail_domain(at: datetime) -> list["Finding"]:
    """What receivers of mails will think of us; imported when it is asked, for it brings a resolver along."""
    from regulars import variables
    from regulars.gateways.smtp import domain

    return domain.check_gateways(variables.text("REGULARS_DNS_SERVER"))


class Loyalty(AppConfig):
    """System 1 as a whole: says at start-up who reacts to what and which messages may go."""

    name = "regulars.loyalty"
    label = "loyalty"

    def ready(self) -> None:
        """Register the system's reactions and its gate."""
        from regulars.loyalty import reactions

        reactions.register()


class SmartComms(AppConfig):
    """System 2 as a whole."""

    name = "regulars.smartcomms"
    label = "smartcomms"

    def ready(self) -> None:
        """Register the system's reactions and its gate."""
        from regulars.smartcomms import reactions

        reactions.register()


def _room(system: str, room: str, title: str) -> type[AppConfig]:
    return type(
        f"{system.title()}{room.title()}",
        (AppConfig,),
        {
            "name": f"regulars.{system}.{room}",
            "label": f"{system}_{room}",
            "verbose_name": title,
            "__module__": __name__,
        },
    )


LoyaltyProgramme = _room("loyalty", "programme", "Programme")
LoyaltyStores = _room("loyalty", "stores", "Stores and tills")
LoyaltyGoods = _room("loyalty", "goods", "Goods")
LoyaltyMembers = _room("loyalty", "members", "Members")
LoyaltyCards = _room("loyalty", "cards", "Cards")
LoyaltySubscriptions = _room("loyalty", "subscriptions", "Subscriptions")
LoyaltyPoints = _room("loyalty", "points", "Points")
LoyaltyPurchases = _room("loyalty", "purchases", "Purchases")
LoyaltyOffers = _room("loyalty", "offers", "Offers")
LoyaltyCheckout = _room("loyalty", "checkout", "Checkout")
LoyaltyAudiences = _room("loyalty", "audiences", "Audiences")
LoyaltyMailings = _room("loyalty", "mailings", "Mailings")
LoyaltyNotifications = _room("loyalty", "notifications", "Notifications")
LoyaltyImports = _room("loyalty", "imports", "Imports")
LoyaltySync = _room("loyalty", "sync", "Bridge to Smart Communications")
SmartcommsCustomers = _room("smartcomms", "customers", "Customers")
SmartcommsSubscriptions = _room("smartcomms", "subscriptions", "Subscriptions and categories")
SmartcommsMailings = _room("smartcomms", "mailings", "Mailings")
SmartcommsSync = _room("smartcomms", "sync", "Bridge to Loyalty")


def _door(path: str, title: str) -> type[AppConfig]:
    label = path.replace(".", "_")
    return type(
        label.title().replace("_", ""),
        (AppConfig,),
        {"name": f"regulars.{path}", "label": label, "verbose_name": title, "__module__": __name__},
    )


WebShell = _door("web.shell", "Shell")
WebAccount = _door("web.account", "Personal account")
WebTill = _door("web.till", "Till")
WebContactCentre = _door("web.contact_centre", "Contact centre")
WebStaff = _door("web.staff", "Employees' sign-in")
WebBackoffice = _door("web.backoffice", "Back office")
WebSmartcomms = _door("web.smartcomms", "Smart Communications pages")
WebPublic = _door("web.public", "Public pages")
Sandbox = _door("sandbox", "Sandbox")

GROUND = ["Regulars", "Journal", "Access", "Providers", "Runs", "Messages"]
LOYALTY = [name for name in list(globals()) if name.startswith("Loyalty")]
SMARTCOMMS = ["SmartComms", *(name for name in list(globals()) if name.startswith("Smartcomms"))]
DOORS = [
    "WebShell", "WebAccount", "WebTill", "WebContactCentre", "WebStaff", "WebBackoffice", "WebSmartcomms", "WebPublic",
    "Sandbox",
]  # fmt: skip
INSTALLED = [f"{__name__}.{name}" for name in [*GROUND, *LOYALTY, *SMARTCOMMS, *DOORS]]
