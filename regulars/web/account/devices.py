"""Where the member is signed in, each to be signed out."""

import re
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit import clock
from regulars.kit.text import is_storable
from regulars.loyalty.members import sign_in as members
from regulars.web.account import session

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

# The first that fits names it: most browsers also claim to be the ones further down.
BROWSERS = ("YaBrowser Yandex", "Edg Edge", "OPR Opera", "SamsungBrowser Samsung", "Firefox", "FxiOS Firefox",
            "CriOS Chrome", "Chrome", "Safari")  # fmt: skip
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X macOS", "CrOS ChromeOS", "Linux")


@require_http_methods(["GET", "HEAD", "POST"])
@session.signed_in
def devices(request: HttpRequest, member: "Member") -> HttpResponse:
    """List the devices, the one in hand marked; sign one of them out."""
    token, at = request.COOKIES[session.COOKIE], clock.now()
    found = members.list_devices(member, at=at)
    if request.method == "POST":
        chosen = next((each for each in found if str(each.pk) == request.POST.get("device")), None)
        if chosen is None:
            return redirect("account:devices")
        members.sign_out_device(member, chosen.pk, by=session.actor(request, member), at=at)
        if not members.is_session(chosen, token):
            return redirect("account:devices")
        response = redirect("account:sign_in")
        session.forget(response)
        return response
    faces = [
        {
            "id": each.pk,
            "name": each.device or _("A browser"),
            "since": each.signed_in_at,
            "until": each.expires_at,
            "is_this": members.is_session(each, token),
        }
        for each in found
    ]
    return render(request, "account/devices.html", session.frame(member, "devices") | {"devices": faces})


def describe(user_agent: str) -> str:
    """Say in a few words which browser it is and on what it runs; empty when it does not tell."""
    if not is_storable(user_agent):
        return ""
    return " · ".join(filter(None, (_named(BROWSERS, user_agent), _named(SYSTEMS, user_agent))))


def _named(table: tuple[str, ...], user_agent: str) -> str:
    for line in table:
        mark, _space, name = line.rpartition(" ") if " " in line else (line, "", line)
        if re.search(rf"\b{mark}\b", user_agent):
            return name
    return ""
