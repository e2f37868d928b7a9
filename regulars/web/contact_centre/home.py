"""The home of the contact centre: one search box, and whoever it finds; and the address that telephony opens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from regulars.web.contact_centre import search
from regulars.web.contact_centre.duty import employee_of, frame, on_duty, typed


@require_safe
@on_duty()
def home(request: HttpRequest) -> HttpResponse:
    """Search; Enter (`open`) opens the one member who was found, otherwise the hits are listed."""
    query = typed(request.GET, "q")
    found = search.find(query, employee_of(request))
    if "open" in request.GET and len(found.hits) == 1:
        return redirect("contact_centre:member", found.hits[0].member.public_id)
    page = "_hits" if request.headers.get("HX-Target") == "hits" else "home"
    return render(request, f"contact_centre/{page}.html", frame(request) | {"query": query, "found": found})


@require_safe
@on_duty()
def call(request: HttpRequest) -> HttpResponse:
    """Open the member who calls from `phone`; when nobody has the number, say so and offer what helps."""
    number = typed(request.GET, "phone", longest=40)
    member = search.find_by_phone(number)
    if member is not None:
        return redirect("contact_centre:member", member.public_id)
    phones = search.phones_in(number)
    register = reverse("contact_centre:register") + "?" + urlencode({"phone": phones[0] if phones else number})
    shown = {"number": number, "register_url": register, "is_number": bool(phones)}
    return render(request, "contact_centre/call.html", frame(request) | shown, status=200)
