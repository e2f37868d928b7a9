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
    return page(title, icon, f"{desk}:{model}_changelist", f"{room}.view")


def page(title: str, icon: str, name: str, permission: str) -> dict[str, Any]:
    """One line of the side bar: a page by the name of its address, for those who hold the permission."""
    return {"title": title, "icon": icon, "link": reverse_lazy(name), "permission": may(permission)}


def group(
    desk: str, title: str, *places: tuple[str, str, str, str] | dict[str, Any], is_rare: bool = False
) -> dict[str, Any]:
    """A part of the side bar; what is rarely needed stays closed until one stands in it."""
    lines = [each if isinstance(each, dict) else place(desk, *each) for each in places]
    return {"title": title, "collapsible": is_rare, "items": lines}


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
        static_file("backoffice/frame.css"),
        static_file("backoffice/today.css"),
        static_file("backoffice/story.css"),
    ],
    "ACCOUNT": {"navigation": [{"title": "Your sign-in", "link": reverse_lazy("mfa_index")}]},
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
                "admin", "Members",
                ("Members", "group", "loyalty_members_member", "members"),
                ("Cards", "credit_card", "loyalty_cards_card", "cards"),
                ("Consent", "fact_check", "loyalty_subscriptions_entry", "subscriptions"),
            ),
            group(
                "admin", "Offers and content",
                ("Offers", "sell", "loyalty_offers_offer", "offers"),
                ("Published versions", "history", "loyalty_offers_publication", "offers"),
            ),
            group(
                "admin", "Mailings",
                ("Mailings", "campaign", "loyalty_mailings_mailing", "mailings"),
                ("Audiences", "groups", "loyalty_audiences_audience", "audiences"),
                ("What went out", "sms", "regulars_messages_message", "messages"),
            ),
            group(
                "admin", "Sales",
                ("Purchases", "receipt_long", "loyalty_purchases_purchase", "purchases"),
                ("Stores", "storefront", "loyalty_stores_store", "stores"),
                ("Tills", "point_of_sale", "loyalty_stores_till", "stores"),
                ("Products", "shopping_basket", "loyalty_goods_product", "goods"),
                ("Product groups", "account_tree", "loyalty_goods_productgroup", "goods"),
            ),
            group(
                "admin", "Points",
                ("Balances", "account_balance_wallet", "loyalty_points_balance", "points"),
                ("Lots", "stacks", "loyalty_points_lot", "points"),
                ("Operations", "swap_horiz", "loyalty_points_operation", "points"),
                ("Lines of the book", "menu_book", "loyalty_points_entry", "points"),
                is_rare=True,
            ),
            group(
                "admin", "Settings",
                ("Programme", "loyalty", "loyalty_programme_programme", "programme"),
                ("Currencies of points", "toll", "loyalty_programme_pointscurrency", "programme"),
                ("Mailing types", "checklist", "loyalty_subscriptions_mailingtype", "subscriptions"),
                ("Notification rules", "notifications", "loyalty_notifications_rule", "notifications"),
                ("Gateways", "router", "providers_gateway", "providers"),
                page("Hold all sending", "pause_circle", "admin:hold", "providers.view"),
                ("Card series", "style", "loyalty_cards_series", "cards"),
                ("Partners", "handshake", "loyalty_stores_partner", "stores"),
                ("Employees", "badge", "access_employee", "access"),
                page("Who may do what", "table_view", "admin:access_employee_who_may_what", "access.view"),
                ("Till keys", "key", "access_tillkey", "access"),
                ("Contacts of the team", "contact_phone", "access_teamcontact", "access"),
                is_rare=True,
            ),
            group(
                "admin", "Journal and bridge",
                page("Status", "monitor_heart", "admin:status", "installation.view"),
                ("Journal", "list_alt", "journal_entry", "journal"),
                ("Outbox", "outbox", "journal_delivery", "journal"),
                ("Deliveries", "outgoing_mail", "regulars_messages_delivery", "messages"),
                ("Dead addresses", "block", "regulars_messages_suppression", "messages"),
                ("Unmatched receipts", "help", "regulars_messages_receipt", "messages"),
                ("Bridge: versions", "sync_alt", "loyalty_sync_channelversion", "sync"),
                ("Bridge: not applied", "sync_problem", "loyalty_sync_quarantined", "sync"),
                is_rare=True,
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
                "smartcomms_desk", "Customers",
                ("Customers", "group", "smartcomms_customers_customer", "customers"),
                ("Channel switches", "toggle_on", "smartcomms_subscriptions_channelswitch", "subscriptions"),
                ("Category choices", "rule", "smartcomms_subscriptions_categorystatus", "subscriptions"),
                ("Consent", "fact_check", "smartcomms_subscriptions_entry", "subscriptions"),
            ),
            group(
                "smartcomms_desk", "Mailings",
                ("Mailings", "campaign", "smartcomms_mailings_mailing", "mailings"),
                ("What went out", "sms", "regulars_messages_message", "messages"),
            ),
            group(
                "smartcomms_desk", "Settings",
                ("Mailing categories", "category", "smartcomms_subscriptions_category", "subscriptions"),
                ("Unsubscription reasons", "chat_error", "smartcomms_subscriptions_unsubscriptionreason", "subscriptions"),
                ("Gateways", "router", "providers_gateway", "providers"),
                page("Hold all sending", "pause_circle", "smartcomms_desk:hold", "providers.view"),
                ("Employees", "badge", "access_employee", "access"),
                is_rare=True,
            ),
            group(
                "smartcomms_desk", "Journal and bridge",
                page("Status", "monitor_heart", "smartcomms_desk:status", "installation.view"),
                ("Journal", "list_alt", "journal_entry", "journal"),
                ("Outbox", "outbox", "journal_delivery", "journal"),
                ("Deliveries", "outgoing_mail", "regulars_messages_delivery", "messages"),
                ("Dead addresses", "block", "regulars_messages_suppression", "messages"),
                ("Unmatched receipts", "help", "regulars_messages_receipt", "messages"),
                ("Bridge: not applied", "sync_problem", "smartcomms_sync_quarantined", "sync"),
                is_rare=True,
            ),
        ],
    },
}  # fmt: skip
