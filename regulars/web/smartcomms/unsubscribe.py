"""The page behind the link of a message: looking changes nothing, saving and one click do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from regulars.contract.channels import SMARTCOMMS_CHANNELS
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.phone import masked
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import links, queries
from regulars.smartcomms.subscriptions.links import Link
from regulars.smartcomms.subscriptions.queries import Choices
from regulars.web.shell.faces import Problem
from regulars.web.smartcomms import faces

PAGE, SAVED = "smartcomms/unsubscribe.html", "smartcomms/unsubscribed.html"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Open the link: one click of a mail programme needs no cookie (RFC 8058), the page's own form does."""
    try:
        link = links.read(token)
    except links.LinkForged:
        return render(request, PAGE, {"is_spent": True}, status=404)
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        subscriptions.one_click(link, by=_actor(request, link), at=clock.now())
        return HttpResponse(status=200, content_type="text/plain")
    return _page(request, link)


@csrf_protect
def _page(request: HttpRequest, link: Link) -> HttpResponse:
    customer = customers.find(link.person_id)
    if customer is None:
        return render(request, PAGE, {"is_spent": True})
    chosen_by_hand = "django_language" in request.COOKIES
    with translation.override(translation.get_language() if chosen_by_hand else customer.locale):
        return _save(request, link, customer) if request.method == "POST" else _show(request, link, customer)


def _show(request: HttpRequest, link: Link, customer: Customer, problems: list[Problem] | None = None) -> HttpResponse:
    choices = queries.get_choices(customer.person_id, visible_only=True)
    context = {
        "address_url": request.path,
        "contact": _contact(customer, link.channel),
        "came_from": queries.find_category_name(link.category),
        "already": faces.already(link),
        "switches": faces.switches(choices),
        "mailings": faces.mailings(choices),
        "hears": faces.hears(choices),
        "was": " ".join(sorted(_on(choices))),
        "reasons": [{"code": reason.code, "name": _(reason.text)} for reason in queries.list_reasons()],
        "problems": problems or [],
    }
    return render(request, PAGE, context, status=422 if problems else 200)


def _save(request: HttpRequest, link: Link, customer: Customer) -> HttpResponse:
    before = queries.get_choices(customer.person_id, visible_only=True)
    reason = request.POST.get("reason", "")
    if reason and reason not in {known.code for known in queries.list_reasons()}:
        problems = [Problem("reason", _("Choose one of the reasons in the list, or none."))]
        return _show(request, link, customer, problems)
    moved = dict.fromkeys(_fields(before), False) if request.POST.get("act") == "off" else _moved(request, before)
    subscriptions.save_choices(
        customer.person_id,
        channels={name: is_on for name, is_on in moved.items() if ":" not in name},
        categories={(code, channel): is_on for name, is_on in moved.items() for code, channel in _cell(name)},
        reason=reason,
        by=_actor(request, link),
        at=clock.now(),
    )
    after = queries.get_choices(customer.person_id, visible_only=True)
    said = {"changed": faces.changed(before, after), "hears": faces.hears(after), "back_url": request.path}
    return render(request, SAVED, said)


def _moved(request: HttpRequest, now: Choices) -> dict[str, bool]:
    """The switches that were moved: what changed elsewhere since the page was shown stays as it is there."""
    ticked = {*request.POST.getlist("channel"), *request.POST.getlist("cell")}
    was = set(request.POST["was"].split()) if "was" in request.POST else _on(now)
    return {name: name in ticked for name in _fields(now) if (name in ticked) != (name in was)}


def _fields(shown: Choices) -> list[str]:
    """The names of all switches of the page: a channel's code, or a category's code and a channel's."""
    cells = [f"{choice.code}:{channel}" for choice in shown.categories for channel in choice.statuses]
    return [*map(str, SMARTCOMMS_CHANNELS), *cells]


def _on(shown: Choices) -> set[str]:
    """The names of those that the page shows as on; what is absent is not refused."""
    cells = {
        f"{one.code}:{channel}" for one in shown.categories for channel, on in one.statuses.items() if on is not False
    }
    return cells | {channel for channel, is_on in shown.channels.items() if is_on}


def _cell(name: str) -> list[tuple[str, str]]:
    code, colon, channel = name.rpartition(":")
    return [(code, channel)] if colon else []


def _contact(customer: Customer, channel: str) -> str:
    """Enough to know whose page it is, and too little to learn an address from."""
    if channel == "email" and customer.email:
        return f"{customer.email[:1]}•••@{customer.email.partition('@')[2]}"
    return masked(customer.phone) if customer.phone else ""


def _actor(request: HttpRequest, link: Link) -> Actor:
    return Actor("member", link.person_id, "unsubscribe_page", request.META.get("REMOTE_ADDR"))
