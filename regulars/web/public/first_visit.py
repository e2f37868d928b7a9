"""The first visit: makes the first administrator and the programme for who holds the set-up word; then it is gone."""

import base64
import hmac
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulars.access import first
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.web.public import places
from regulars.web.shell.faces import Problem
from regulars.web.staff import sign_in

WORD_LETTERS = 12
FIELDS = ("word", "login", "name", "currency", "region", "time_zone")


class NameMissing(Refusal):
    """A programme has a name."""

    code = "programme_name_missing"


class WordWrong(Refusal):
    """The set-up word is not the one that this installation printed."""

    code = "setup_word_wrong"


def setup_word() -> str:
    """The word that `regulars up` prints and the first visit asks for: twelve letters that follow from the secret key."""
    mac = salted_hmac("regulars.public.first_visit", "set-up word", algorithm="sha256").digest()
    letters = base64.b32encode(mac).decode().lower()[:WORD_LETTERS]
    return "-".join(letters[place : place + 4] for place in range(0, WORD_LETTERS, 4))


@never_cache
@require_POST
def first_visit(request: HttpRequest) -> HttpResponse:
    """Make the administrator and the programme, and lead on to the second factor; there is no such page afterwards."""
    if not first.is_needed():
        raise Http404
    given = {field: request.POST.get(field, "").strip() for field in FIELDS}
    try:
        employee = _set_up(request, given, request.POST.get("password", ""))
    except Refusal as refusal:
        return shown(request, given, Problem(refusal.field, refusal.message))
    if employee is None:
        raise Http404
    return sign_in.enter(request, employee, to="/backoffice/")


def shown(request: HttpRequest, given: Mapping[str, str] | None = None, problem: Problem | None = None) -> HttpResponse:
    """Show the page, filled with what was typed or with a guess from the browser's language."""
    guess = places.guess(request.headers.get("Accept-Language", ""))
    filled = given or {
        "word": request.GET.get("word", ""),
        "currency": guess.currency,
        "region": guess.region,
        "time_zone": guess.time_zone,
    }
    context = {
        **filled,
        "problems": [problem] if problem else [],
        "needs_programme": programme.find() is None,
        "countries": places.countries(),
        "currencies": places.currencies(),
        "zones": sorted(available_timezones()),
    }
    return render(request, "public/first_visit.html", context, status=422 if problem else 200)


def _set_up(request: HttpRequest, given: Mapping[str, str], password: str) -> Any:
    """Check everything that can be refused before anything is made; the administrator comes last and closes the page."""
    word = "".join(filter(str.isalnum, given["word"].lower()))
    if not hmac.compare_digest(word.encode(), setup_word().replace("-", "").encode()):
        raise WordWrong("This is not the word that `regulars up` printed when it started.", field="word")
    first.check(given["login"], password)
    is_first = programme.find() is None
    if is_first and not given["name"]:
        raise NameMissing("Give the programme a name; members see it on their card.", field="name")
    by, at = Actor("employee", given["login"], "public", ip=request.META.get("REMOTE_ADDR")), clock.now()
    if is_first:
        programmes.create(
            given["name"],
            currency=given["currency"],
            region=given["region"],
            time_zone=given["time_zone"],
            by=by,
            at=at,
        )
        subscriptions.add_base_types()
    return first.add_first_administrator(given["login"], password=password, by=by, at=at)
