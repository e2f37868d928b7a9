"""Mailings of Smart Communications: written down, reckoned, tested, started, watched while they go, broken off."""

from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict

from regulars.kit import clock
from regulars.runs.models import Run
from regulars.smartcomms.mailings import actions as mailings
from regulars.smartcomms.mailings import estimates, queries, rendering
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions.models import Category
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.price_lists import in_units
from regulars.web.backoffice.sending_editor import CHANNELS, Preview
from regulars.web.backoffice.sending_faces import Spoken
from regulars.web.backoffice.sending_pages import CHANNEL, SENT, SendingPages
from regulars.web.smartcomms.backoffice import mailings_editor as editor


def _money(micros: int) -> str:
    """A sum of the price list; this system does not know what its unit of money is called."""
    return f"{in_units(micros)} in the money of the price list"


class MailingPages(SendingPages):
    """Mailings: what is told to which customers, and how far it is."""

    system = queries.SYSTEM
    verbs: ClassVar[Any] = mailings
    who = "Customer"
    spoken = Spoken("customer", "customers", _money)
    variables = rendering.VARIABLES
    test_form = editor.TestForm
    list_display = (
        "name", columns.state(), CHANNEL, columns.link("category"), columns.moment("scheduled_at", "Starts"), SENT,
        columns.moment("changed_at", "Last changed"),
    )  # fmt: skip
    list_filter = (filters.choice("state"), filters.among("channel", "channel", CHANNELS))
    knows = {"category": (Category, "code")}

    def form_for(self, request: HttpRequest, given: Any, row: Any) -> editor.MailingForm:
        """The form of a mailing; a new email begins with a page that works in every mail program."""
        return editor.MailingForm(given, initial=editor.initial_of(row))

    def save_model(self, request: HttpRequest, obj: Mailing, form: Any, change: bool) -> None:
        """Keep a new mailing as a draft, or what was changed about one."""
        by, at, new = self.actor(request), clock.now(), form.new_mailing()
        if change:
            kept = mailings.change(obj, new, version=form.cleaned_data["version"], by=by, at=at)
        else:
            kept = mailings.draft(new, by=by, at=at)
        obj.__dict__.update(kept.__dict__)

    def previews(self, request: HttpRequest, said: QueryDict) -> tuple[str, list[Preview]]:
        """Whom the previews are for, and one for each language that has a text."""
        return editor.previews(said, may_see_people=request.user.has_perm("customers.view"))

    def sentence_of(self, row: Mailing) -> str:
        """Whom the mailing is for, in one sentence."""
        return queries.sentence(row)

    def estimate_of(self, row: Mailing) -> dict[str, Any]:
        """What starting it now would reach and cost."""
        return estimates.estimate(row, at=clock.now()).stored()

    def test(self, row: Mailing, said: dict[str, Any], request: HttpRequest) -> Run:
        """Send it to what was typed."""
        addresses, whom = said["addresses"].splitlines(), said["as_customer"].strip()
        if whom and not request.user.has_perm("customers.view"):
            raise mailings.TestNotPossible("Only who may look at customers can say it as to one.", field="as_customer")
        by, at = self.actor(request), clock.now()
        return mailings.send_test(row, addresses=addresses, as_customer=whom, by=by, at=at)

    def facts(self, row: Any) -> list[tuple[str, Any]]:
        """What a page says of a mailing beside whom it is for."""
        return [
            ("Channel", dict(CHANNELS).get(row.channel, row.channel)),
            ("Category", row.known["category"].label if "category" in row.known else "none: the channel alone decides"),
            ("Sender", row.sender or "the gateway's own"),
            ("Worth sending", f"{row.lifetime_hours} hours"),
        ]
