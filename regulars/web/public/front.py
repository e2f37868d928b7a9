"""The page at `/`: the doors; before anybody works here the first visit; under the demo a shop at work."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from regulars.access import first
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.members import queries as members
from regulars.loyalty.programme import queries as programme
from regulars.web.public import demo_sign_in, figures, first_visit
from regulars.web.shell.here import is_from_here

type Card = dict[str, Any]


@never_cache
@require_safe
@ensure_csrf_cookie
def front(request: HttpRequest) -> HttpResponse:
    """Show the doors that there are."""
    if settings.IS_DEMO:
        return _demo(request)
    if first.is_needed():
        return first_visit.shown(request)
    found = programme.find()
    shown = {"is_demo": False, "roles": _doors(), "brand": found.name if found else "Regulars"}
    return render(request, "public/front.html", shown)


def _doors() -> list[Card]:
    return [
        _card(
            "qr_code_2", _("Members"), _("Your card, your points, and what you hear from us."),
            _("Open your account"), reverse("account:home"),
        ),
        _card("point_of_sale", _("Tills"), _("Sell, and see what a member gets."), _("Open the till"), "/till/"),
        _card(
            "storefront", _("Employees"), _("Members, offers, messages and the journal."),
            _("Open the back office"), "/backoffice/",
        ),
    ]  # fmt: skip


def _demo(request: HttpRequest) -> HttpResponse:
    shop, anna = programme.find(), demo_sign_in.find_anna()
    if shop is None or anna is None:
        return render(request, "public/front.html", {"is_demo": True, "roles": [], "is_filling": True})
    card, is_near = cards.find_main(anna), is_from_here(request)
    shown = {
        "is_demo": True,
        "brand": shop.name,
        "households": members.count_members(),
        "last_receipt": figures.newest_receipt(anna),
        "currency": shop.currency,
        "roles": _roles(card.number if card else "") if is_near else _doors(),
        "anna_phone": members.get_contacts(anna).phone if is_near else "",
        "speed": figures.speed(anna, shop.currency),
        "source": settings.DEMO_SOURCE,
    }
    return render(request, "public/front.html", shown)


def _roles(card_number: str) -> list[Card]:
    buy = {"card": card_number} if card_number else {}
    desk = _("Open the back office")
    return [
        _one_tap(
            "cashier", "point_of_sale", _("Buy as Anna"),
            _("Stand at the till with her card already scanned. Ring something up and pay."), _("Buy as Anna"), buy,
        ),
        _one_tap(
            "anna", "qr_code_2", _("Anna, a member"),
            _("Her card, her points with the receipt behind each, and her switches."), _("Open Anna's account"),
        ),
        _one_tap(
            "marketer", "campaign", _("Max, marketer"),
            _("Offers, audiences, and mailings that are watched while they go."), desk,
        ),
        _one_tap(
            "smartcomms", "forum", _("Max at Smart Communications"),
            _("The sister system: customers, mailing categories and its own mailings."), _("Open the sister system"),
        ),
        _card(
            "check_circle-fill", _("Both consents"),
            _("What Anna allows in Loyalty beside what she allows in the sister system, and how one follows the other."),
            _("See them side by side"), reverse("public:both_consents_search"),
        ),
        _card(
            "mail", _("Mailboxes"), _("Every email that was sent, with its links and the mail program's own button."),
            _("Open the mailboxes"), reverse("sandbox:mailboxes"),
        ),
        _one_tap(
            "operator", "support_agent", _("Olga, operator"),
            _("Answers a call: finds the member, explains a receipt, changes what they hear."),
            _("Open the contact centre"),
        ),
        _one_tap(
            "administrator", "storefront", _("Ada, administrator"),
            _("Stores, tills and their keys, employees."), desk,
        ),
        _one_tap("auditor", "receipt_long", _("Ivan, auditor"), _("Reads everything and changes nothing."), desk),
    ]  # fmt: skip


def _one_tap(
    role: str, icon: str, title: str, sentence: str, button: str, fields: dict[str, str] | None = None
) -> Card:
    address = reverse("public:demo_sign_in", args=[role])
    return _card(icon, title, sentence, button, address) | {"fields": fields or {}}


def _card(icon: str, title: str, sentence: str, button: str, url: str) -> Card:
    return {"icon": icon, "title": title, "sentence": sentence, "button": button, "url": url, "fields": None}
