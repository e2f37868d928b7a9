"""How the two desks look and what stands in their side bars; settings import this, so it imports no room and no model."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy

from regulars.web.shell.palette import UNFOLD_COLORS


def static_file(path: str) -> Callable[[HttpRequest], str]:
    """The address of a static file, asked for when a page is made."""

    def address(request: HttpRequest) -> str:
        from django.templatetags.static import static

        return static(path)

    return address


def may(permission: str) -> Callable[[HttpRequest], bool]:
    """Whether the employee holds a permission of the one table."""
    return lambda request: bool(request.user.has_perm(permission))


def place(desk: str, title: str, icon: str, model: str, room: str) -> dict[str, Any]:
    """One line of the side bar: the list of one table, for those who may look into its room."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"{desk}:{model}_changelist"),
        "permission": may(f"{room}.view"),
    }


def group(desk: str, title: str, *places: tuple[str, str, str, str]) -> dict[str, Any]:
    """A part of the side bar."""
    return {"title": title, "separator": True, "items": [place(desk, *each) for each in places]}


def today(desk: str) -> dict[str, Any]:
    """The first line of the side bar."""
    return {"items": [{"title": "Today", "icon": "today", "link": reverse_lazy(f"{desk}:index")}]}


LOOK: dict[str, Any] = {
    "SITE_TITLE": "Regulars",
    "SITE_HEADER": "Regulars",
    "SITE_URL": "/",
    "SITE_ICON": static_file("shell/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": static_file("shell/mark.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "COLORS": UNFOLD_COLORS,
    "STYLES": [
        static_file("shell/tokens.css"),
        static_file("shell/backoffice.css"),
        static_file("backoffice/desk.css"),
    ],
    "LOGIN": {"form": "regulars.web.backoffice.desk.SignIn"},
}

UNFOLD: dict[str, Any] = {
    **LOOK,
    "SITE_SUBHEADER": "Back office",
    "DASHBOARD_CALLBACK": "regulars.web.backoffice.today.fill",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            today("admin"),
            group(
                "admin", "People",
                ("Members", "group", "loyalty_members_member", "members"),
                ("Cards", "credit_card", "loyalty_cards_card", "cards"),
                ("Card series", "style", "loyalty_cards_series", "cards"),
                ("Consent journal", "fact_check", "loyalty_subscriptions_entry", "subscriptions"),
            ),
            group(
                "admin", "Sales",
                ("Purchases", "receipt_long", "loyalty_purchases_purchase", "purchases"),
                ("Stores", "storefront", "loyalty_stores_store", "stores"),
                ("Tills", "point_of_sale", "loyalty_stores_till", "stores"),
                ("Partners", "handshake", "loyalty_stores_partner", "stores"),
                ("Products", "shopping_basket", "loyalty_goods_product", "goods"),
                ("Product groups", "account_tree", "loyalty_goods_productgroup", "goods"),
            ),
            group(
                "admin", "Marketing",
                ("Audiences", "groups", "loyalty_audiences_audience", "audiences"),
                ("Mailings", "campaign", "loyalty_mailings_mailing", "mailings"),
                ("Offers", "sell", "loyalty_offers_offer", "offers"),
                ("Published versions", "history", "loyalty_offers_publication", "offers"),
            ),
            group(
                "admin", "Points",
                ("Balances", "account_balance_wallet", "loyalty_points_balance", "points"),
                ("Lots", "stacks", "loyalty_points_lot", "points"),
                ("Operations", "swap_horiz", "loyalty_points_operation", "points"),
                ("Lines of the book", "menu_book", "loyalty_points_entry", "points"),
            ),
            group(
                "admin", "Messages",
                ("Messages", "sms", "regulars_messages_message", "messages"),
                ("Deliveries", "outgoing_mail", "regulars_messages_delivery", "messages"),
                ("Notification rules", "notifications", "loyalty_notifications_rule", "notifications"),
                ("Gateways", "router", "providers_gateway", "providers"),
                ("Dead addresses", "block", "regulars_messages_suppression", "messages"),
                ("Unmatched receipts", "help", "regulars_messages_receipt", "messages"),
            ),
            group(
                "admin", "Settings",
                ("Programme", "loyalty", "loyalty_programme_programme", "programme"),
                ("Currencies of points", "toll", "loyalty_programme_pointscurrency", "programme"),
                ("Mailing types", "checklist", "loyalty_subscriptions_mailingtype", "subscriptions"),
                ("Employees", "badge", "access_employee", "access"),
                ("Till keys", "key", "access_tillkey", "access"),
                ("Journal", "list_alt", "journal_entry", "journal"),
                ("Outbox", "outbox", "journal_delivery", "journal"),
                ("Bridge: versions", "sync_alt", "loyalty_sync_channelversion", "sync"),
                ("Bridge: not applied", "sync_problem", "loyalty_sync_quarantined", "sync"),
            ),
        ],
    },
}  # fmt: skip

UNFOLD_SMARTCOMMS: dict[str, Any] = {
    **LOOK,
    "SITE_SUBHEADER": "Smart Communications",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            today("smartcomms_desk"),
            group(
                "smartcomms_desk", "People",
                ("Customers", "group", "smartcomms_customers_customer", "customers"),
                ("Channel switches", "toggle_on", "smartcomms_subscriptions_channelswitch", "subscriptions"),
                ("Category choices", "rule", "smartcomms_subscriptions_categorystatus", "subscriptions"),
                ("Consent journal", "fact_check", "smartcomms_subscriptions_entry", "subscriptions"),
            ),
            group(
                "smartcomms_desk", "Marketing",
                ("Mailings", "campaign", "smartcomms_mailings_mailing", "mailings"),
            ),
            group(
                "smartcomms_desk", "Messages",
                ("Messages", "sms", "regulars_messages_message", "messages"),
                ("Deliveries", "outgoing_mail", "regulars_messages_delivery", "messages"),
                ("Gateways", "router", "providers_gateway", "providers"),
                ("Dead addresses", "block", "regulars_messages_suppression", "messages"),
            ),
            group(
                "smartcomms_desk", "Settings",
                ("Mailing categories", "category", "smartcomms_subscriptions_category", "subscriptions"),
                ("Unsubscription reasons", "chat_error", "smartcomms_subscriptions_unsubscriptionreason", "subscriptions"),
                ("Employees", "badge", "access_employee", "access"),
                ("Journal", "list_alt", "journal_entry", "journal"),
                ("Outbox", "outbox", "journal_delivery", "journal"),
                ("Bridge: not applied", "sync_problem", "smartcomms_sync_quarantined", "sync"),
            ),
        ],
    },
}  # fmt: skip
