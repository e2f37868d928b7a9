"""Says to machines whether this process can serve: it answers; it is ready; and what there is to measure."""

import ipaddress
from importlib.metadata import version

import psycopg
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from regulars.kit import metrics as figures
from regulars.kit import presence, schema_state, sql
from regulars.web.public import exposition
from regulars.web.shell import measuring

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer `ok` and the version when the database answers; an error is the sign of trouble."""
    sql.first(dict, "select 1 as answer")
    return _text(f"ok {version('regulars')}\n")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer `ready`, or 503 and one line that says what is missing."""
    try:
        standing = schema_state.look()
        sql.first(dict, "select 1 as answer")
    except (psycopg.Error, DatabaseError) as error:
        said = f"the database does not answer ({type(error).__name__})"
        return _text(f"not ready: {said}; look: regulars doctor\n", status=503)
    if not standing.is_current:
        return _text(f"not ready: {standing.sentence} ({standing.fix})\n", status=503)
    return _text("ready\n")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer figures for a collector: to this machine, or to who says the token; 403 to everybody else."""
    if not _may_collect(request):
        return _text("Say REGULARS_METRICS_TOKEN as bearer token, or ask from this machine.\n", status=403)
    is_up = True
    try:
        is_current = schema_state.look().is_current
        read = figures.read(settings.SYSTEMS) if is_current else {}
        workers = presence.count(presence.WORKER)
    except (psycopg.Error, DatabaseError):
        is_up, is_current, workers, read = False, False, 0, {}
    told = exposition.of_installation(is_up=is_up, is_current=is_current, workers=workers) + exposition.of(read)
    return _text(told + measuring.written(), kind="text/plain; version=0.0.4; charset=utf-8")


def _may_collect(request: HttpRequest) -> bool:
    """With a token, whoever says it; without, only this machine, and not somebody whom a proxy on it brought."""
    if token := settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _text(said: str, *, status: int = 200, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    return HttpResponse(said, status=status, content_type=kind, headers={"Cache-Control": "no-store"})
