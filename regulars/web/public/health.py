"""Says whether this process can serve: it answers, and its database answers it."""

from django.http import HttpRequest, HttpResponse

from regulars.kit import sql


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer `ok` when the database answers; an error is the sign of trouble."""
    sql.first(dict, "select 1 as answer")
    return HttpResponse("ok\n", content_type="text/plain")
