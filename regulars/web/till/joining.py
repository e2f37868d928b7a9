"""Joining at the till: a phone number, the customer's answer about messages where the programme asks, done."""

from typing import Final

from django.http import HttpRequest, HttpResponse

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.checkout import queries as checkout
from regulars.loyalty.checkout.queries import CustomerUnknown
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.stores.queries import TillAt
from regulars.web.till import typed
from regulars.web.till.acts import act, kept
from regulars.web.till.basket import Draft
from regulars.web.till.page import Joining, Said, show
from regulars.web.till.sign_in import actor

DOOR = "till"
WORDING = "till: messages about offers and points (1)"
NOT_KNOWN = "Nobody has this phone number. Let the customer join, or skip and sell without a card."
ANSWERS: Final = {"yes": True, "no": False}


class ConsentNotAsked(Refusal):
    """The programme asks about messages, and no answer was given that lets the customer join."""

    code = "consent_not_asked"


def blank_form(phone: str = "", first_name: str = "") -> Joining:
    """The form, asking what the programme asks at tills."""
    return Joining(phone, first_name, programme.get_consent_mode(DOOR))


@act
def join(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Open the form, or let somebody join and put them on the basket; a member of old is only put on it."""
    if "skip" in request.POST:
        return show(request, till, draft)
    form = blank_form(kept(request, "phone"), kept(request, "first_name"))
    try:
        phone = typed.text(request.POST.get("phone", ""))
        if not phone:
            return show(request, till, draft, joining=form)
        if (known := _known(phone, till)) is not None:
            return show(request, till, draft.sold_to(known), said=Said("This customer is a member already.", ""))
        return _joined(request, till, draft, phone)
    except Refusal as refusal:
        return show(request, till, draft, said=Said(refusal.message), joining=form)


def _known(phone: str, till: TillAt) -> Identifier | None:
    identifier = Identifier("phone", phone)
    try:
        checkout.find_customer(identifier, for_tests=till.is_for_tests, at=clock.now())
    except CustomerUnknown:
        return None
    return identifier


def _joined(request: HttpRequest, till: TillAt, draft: Draft, phone: str) -> HttpResponse:
    made = registration.register(
        Profile(phone=phone, first_name=typed.text(request.POST.get("first_name", ""))),
        via=till.joins_via,
        series=cards.find_virtual_series(),
        store_id=till.store_id,
        consent=_consent(request),
        wording=WORDING,
        by=actor(request, till),
        at=clock.now(),
    )
    known_by = Identifier("card", made.card.number) if made.card else Identifier("member", made.member.public_id)
    return show(request, till, draft.sold_to(known_by), said=Said("Joined. This purchase counts already.", "success"))


def _consent(request: HttpRequest) -> bool | None:
    """The customer's answer; None while the step is hidden."""
    mode = programme.get_consent_mode(DOOR)
    if mode == "hidden":
        return None
    answer = ANSWERS.get(request.POST.get("consent", ""))
    if answer is None:
        raise ConsentNotAsked("Ask the customer about messages first, then press the button with the answer.")
    return answer
