"""The pages of mailboxes in which the stand-in's mails arrive: only in a demo or a test, only for this machine."""

from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import condition, require_POST, require_safe

from regulars.sandbox.mail import faces, frame, inbox, one_click
from regulars.sandbox.mail.letter import open_letter
from regulars.sandbox.mail.record import Mail, beside, find_mail
from regulars.sandbox.pages import for_this_machine, tabs

LONGEST_SEARCH, LONGEST_ADDRESS = 100, 320


def record() -> Path:
    """The mail server's record, which need not be there yet."""
    if settings.SANDBOX_MAIL_RECORD:
        return Path(settings.SANDBOX_MAIL_RECORD)
    return beside(Path(settings.SANDBOX_RECORD)) if settings.SANDBOX_RECORD else Path("/nonexistent")


def seen(request: HttpRequest) -> str:
    """What a list shows, in one word: how far the record has grown, and what was asked for."""
    return _seen(_search(request), _address(request), request.GET.get("open", ""))


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
def mailboxes(request: HttpRequest) -> HttpResponse:
    """Show all mailboxes."""
    return render(request, "sandbox/mailboxes.html", _boxes(request) | {"tabs": tabs("mailboxes")})


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
@condition(etag_func=seen)
def mailbox_lines(request: HttpRequest) -> HttpResponse:
    """Show the list of mailboxes alone; while nothing new has arrived the answer is 304."""
    return render(request, "sandbox/_mailboxes.html", _boxes(request))


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the mails of one address; where there is room, the newest lies open beside them."""
    address = _address(request)
    newest = next(iter(inbox.mails_for(record(), address, limit=1)), None)
    context = _mails(address, newest.id if newest else "")
    context["opened"] = faces.open_mail(*_found(newest.id), address, request.GET.get("show", "")) if newest else None
    return render(request, "sandbox/mailbox.html", context | {"tabs": tabs("mailboxes"), "is_reading": False})


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
@condition(etag_func=seen)
def mail_lines(request: HttpRequest) -> HttpResponse:
    """Show the list of one address's mails alone; while nothing new has arrived the answer is 304."""
    return render(request, "sandbox/_mails.html", _mails(_address(request), request.GET.get("open", "")))


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
def mail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Show one mail, with the mailbox that it lies in."""
    found, raw = _found(mail_id)
    address = _address(request) or next(iter(found.recipients), "")
    context = _mails(address, mail_id)
    context["opened"] = faces.open_mail(found, raw, address, request.GET.get("show", ""))
    return render(request, "sandbox/mailbox.html", context | {"tabs": tabs("mailboxes"), "is_reading": True})


@for_this_machine
@require_safe
@xframe_options_sameorigin
@cache_control(private=True, no_cache=True)
def body(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Show the HTML of a mail in its frame."""
    answer = HttpResponse(frame.framed(open_letter(_found(mail_id)[1]).html))
    answer.headers["Content-Security-Policy"] = frame.policy(settings.PUBLIC_ADDRESS)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
def source(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Hand out a mail as it came over the wire."""
    answer = HttpResponse(_found(mail_id)[1], content_type="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="{mail_id}.eml"'
    return answer


@for_this_machine
@require_POST
def unsubscribe(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Press the mail program's button “Unsubscribe”, and say what the other side answered."""
    url = open_letter(_found(mail_id)[1]).one_click
    if not one_click.is_ours(url, settings.PUBLIC_ADDRESS):
        raise Http404
    status = one_click.unsubscribe(url)
    if 200 <= status < 300:
        messages.success(request, f"Unsubscribed. The sender's server answered {status}; no page was opened.")
    elif status:
        messages.error(request, f"Not unsubscribed: the sender's server answered {status}. Use the link in the mail.")
    else:
        messages.error(request, "Not unsubscribed: the sender's server did not answer. Try again in a moment.")
    return redirect(faces.mail_url(mail_id, _address(request)))


# --- what the templates are given


def _boxes(request: HttpRequest) -> dict[str, object]:
    search = _search(request)
    lines = [faces.box_line(box) for box in inbox.mailboxes(record(), search)]
    return {"lines": lines, "search": search, "seen": seen(request)}


def _mails(address: str, open_id: str) -> dict[str, object]:
    lines = [faces.mail_line(one, address, is_open=one.id == open_id) for one in inbox.mails_for(record(), address)]
    asked = urlencode({"address": address, "open": open_id})
    return {
        "lines": lines,
        "address": address,
        "asked": asked,
        "box_url": faces.box_url(address),
        "seen": _seen("", address, open_id),
    }


def _found(mail_id: str) -> tuple[Mail, bytes]:
    found = find_mail(record(), mail_id)
    if found is None:
        raise Http404
    return found


def _seen(*asked: str) -> str:
    return f'"{inbox.mark(record())}-{quote("|".join(asked), safe="")}"'


def _address(request: HttpRequest) -> str:
    return request.GET.get("address", "").strip()[:LONGEST_ADDRESS]


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_SEARCH]
