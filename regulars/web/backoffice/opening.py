"""Where the programme is made when an administrator came in before there was one."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.web.backoffice.desk import Desk, employee_of
from regulars.web.public import places


class OpeningForm(forms.Form):
    """Where the programme is at home."""

    name = forms.CharField(
        label="Name of the programme", max_length=80, widget=UnfoldAdminTextInputWidget,
        help_text="Members see it on their card and in messages.",
    )  # fmt: skip
    region = forms.ChoiceField(
        label="Country", widget=UnfoldAdminSelectWidget,
        help_text="Phone numbers without a country code are read as numbers from there. It stays as it is chosen.",
    )  # fmt: skip
    currency = forms.ChoiceField(
        label="Money at the tills", widget=UnfoldAdminSelectWidget, help_text="It stays as it is chosen."
    )
    time_zone = forms.ChoiceField(
        label="Time zone", widget=UnfoldAdminSelectWidget, help_text="In which days of reports begin and points expire."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "region": places.countries(),
            "currency": [(code, f"{code} · {name}") for code, name in places.currencies()],
            "time_zone": [(zone, zone) for zone in sorted(available_timezones())],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


def show(desk: Desk, request: HttpRequest) -> HttpResponse:
    """Offer to make the programme to who may change it, tell everybody else who can; 404 once there is one."""
    if programme.find() is not None:
        raise Http404
    may_open = bool(request.user.has_perm("programme.change"))
    guess = places.guess(request.headers.get("Accept-Language", ""))
    first = {"region": guess.region, "currency": guess.currency, "time_zone": guess.time_zone}
    form = OpeningForm(request.POST if request.method == "POST" and may_open else None, initial=first)
    if may_open and form.is_bound and form.is_valid():
        try:
            return _opened(desk, request, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {**desk.each_context(request), "title": "Open the shop", "form": form, "may_open": may_open}
    return TemplateResponse(request, "backoffice/opening.html", context)


def _opened(desk: Desk, request: HttpRequest, said: dict[str, str]) -> HttpResponse:
    by = Actor("employee", employee_of(request).login, desk.door, request.META.get("REMOTE_ADDR"))
    made = programmes.create(
        said["name"],
        currency=said["currency"],
        region=said["region"],
        time_zone=said["time_zone"],
        by=by,
        at=clock.now(),
    )
    subscriptions.add_base_types()
    messages.success(request, f"“{made.name}” is open. Its settings stand under Settings, Programme.")
    return HttpResponseRedirect(reverse(f"{desk.name}:index"))
