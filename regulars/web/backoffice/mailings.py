"""Mailings of Loyalty: written down, reckoned, tested, started, watched while they go, paused and broken off."""

from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.audiences import queries as audiences
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.mailings import actions as mailings
from regulars.loyalty.mailings import estimates, queries, rendering
from regulars.loyalty.mailings.checks import MailingNotPossible
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions.models import MailingType
from regulars.runs.models import Run
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice import mailings_editor as editor
from regulars.web.backoffice.sending_editor import CHANNELS, Preview
from regulars.web.backoffice.sending_faces import Spoken
from regulars.web.backoffice.sending_pages import CHANNEL, SENT, SendingPages
from regulars.web.shell import figures


def in_money(micros: int) -> str:
    """Millionths of the programme's unit of money as money; sums below a hundred smallest coins keep what is behind."""
    known = programme.get()
    exact = Decimal(micros).scaleb(-6)
    minor = exact.scaleb(known.currency_exponent)
    if minor == minor.to_integral_value() or minor >= 100:
        return figures.money(int(minor.to_integral_value()), known.currency)
    return f"{figures.number(exact, known.currency_exponent + 3)}{figures.GAP}{known.currency}"


class MailingPages(SendingPages):
    """Mailings: what is told to which audience, and how far it is."""

    system = queries.SYSTEM
    verbs: ClassVar[Any] = mailings
    who = "Member"
    spoken = Spoken("member", "members", in_money)
    variables = rendering.VARIABLES
    test_form = editor.TestForm
    partner_field = "partner_id"
    list_display = (
        "name", columns.state(), CHANNEL, columns.link("audience_id", "Audience"),
        columns.link("mailing_type", "Mailing type"), columns.moment("scheduled_at", "Starts"), SENT,
        columns.moment("changed_at", "Last changed"),
    )  # fmt: skip
    list_filter = (filters.choice("state"), filters.among("channel", "channel", CHANNELS))
    knows = {"audience_id": (Audience, "public_id"), "mailing_type": (MailingType, "code")}

    def form_for(self, request: HttpRequest, given: Any, row: Any) -> editor.MailingForm:
        """The form of a mailing; audiences and mailing types of the employee's partner are offered."""
        partner_id = getattr(request.user, "partner_id", None)
        return editor.MailingForm(given, initial=editor.initial_of(row), partner_id=partner_id)

    def save_model(self, request: HttpRequest, obj: Mailing, form: Any, change: bool) -> None:
        """Keep a new mailing as a draft, or what was changed about one."""
        by, at, new = self.actor(request), clock.now(), form.new_mailing()
        if change:
            kept = mailings.change(obj, new, version=form.cleaned_data["version"], by=by, at=at)
        else:
            partner_id = getattr(request.user, "partner_id", None)
            kept = mailings.draft(new, partner_id=partner_id, by=by, at=at)
        obj.__dict__.update(kept.__dict__)

    def previews(self, request: HttpRequest, said: QueryDict) -> tuple[str, list[Preview]]:
        """Whom the previews are for, and one for each language that has a text."""
        partner_id = getattr(request.user, "partner_id", None)
        return editor.previews(said, may_see_people=request.user.has_perm("members.view"), partner_id=partner_id)

    def sentence_of(self, row: Mailing) -> str:
        """Whom the mailing is for, in one sentence."""
        if not row.audience_id:
            return "No audience has been chosen yet."
        try:
            whom = f"{audiences.sentence(audiences.get_filter(audiences.get(row.audience_id)))}."
        except Refusal as refusal:
            return refusal.message
        kind = MailingType.objects.filter(code=row.mailing_type, is_read_only=True).first()
        return f"{whom} “{kind}” cannot be refused: who wants no mailings gets it, too." if kind else whom

    def estimate_of(self, row: Mailing) -> dict[str, Any]:
        """What starting it now would reach and cost."""
        if not row.audience_id:
            raise MailingNotPossible("Choose an audience first.", field="audience")
        return estimates.estimate(row, at=clock.now()).stored()

    def test(self, row: Mailing, said: dict[str, Any], request: HttpRequest) -> Run:
        """Send it to what was typed, and to the chosen members; who may not look at members lets nobody speak as one."""
        if said["as_member"].strip() and not request.user.has_perm("members.view"):
            raise mailings.TestNotPossible("Only who may look at members can say it as to one.", field="as_member")
        return mailings.send_test(
            row,
            addresses=said["addresses"].splitlines(),
            members_too=said["members"].split(),
            as_member=said["as_member"].strip(),
            by=self.actor(request),
            at=clock.now(),
        )

    def facts(self, row: Any) -> list[tuple[str, Any]]:
        """What a page says of a mailing beside whom it is for."""
        known = row.known
        return [
            ("Channel", dict(CHANNELS).get(row.channel, row.channel)),
            ("Mailing type", known["mailing_type"].label if "mailing_type" in known else row.mailing_type),
            ("Sender", row.sender or "the gateway's own"),
            ("Worth sending", f"{row.lifetime_hours} hours"),
        ]
