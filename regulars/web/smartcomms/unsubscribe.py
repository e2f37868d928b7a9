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
    everything_off = request.POST.get("act") == "off"
    subscriptions.save_choices(
        customer.person_id,
        channels=_channels(set() if everything_off else set(request.POST.getlist("channel"))),
        categories=_categories(before, set() if everything_off else set(request.POST.getlist("cell"))),
        reason=reason,
        by=_actor(request, link),
        at=clock.now(),
    )
    after = queries.get_choices(customer.person_id, visible_only=True)
    said = {"changed": faces.changed(before, after), "hears": faces.hears(after), "back_url": request.path}
    return render(request, SAVED, said)


def _channels(ticked: set[str]) -> dict[str, bool]:
    return {str(channel): channel in ticked for channel in SMARTCOMMS_CHANNELS}


def _categories(shown: Choices, ticked: set[str]) -> dict[tuple[str, str], bool]:
    """The cells that the page showed; one that is absent and stays ticked is not touched."""
    return {
        (choice.code, channel): f"{choice.code}:{channel}" in ticked
        for choice in shown.categories
        for channel, status in choice.statuses.items()
        if status is not None or f"{choice.code}:{channel}" not in ticked
    }


def _contact(customer: Customer, channel: str) -> str:
    """Enough to know whose page it is, and too little to learn an address from."""
    if channel == "email" and customer.email:
        return f"{customer.email[:1]}•••@{customer.email.partition('@')[2]}"
    return masked(customer.phone) if customer.phone else ""


def _actor(request: HttpRequest, link: Link) -> Actor:
    return Actor("member", link.person_id, "unsubscribe_page", request.META.get("REMOTE_ADDR"))
