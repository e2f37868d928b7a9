"""Smart Communications' side of the demo's page of both consents: switches, categories and the last entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from regulars.contract.channels import BRIDGED, SMARTCOMMS_CHANNELS
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import links, queries
from regulars.smartcomms.subscriptions.queries import CategoryChoice, Choices
from regulars.web.shell import beside
from regulars.web.shell.channels import look
from regulars.web.shell.faces import Stand, StandRow, Step
from regulars.web.shell.here import only_here

MOST_ENTRIES = 6
CHANNELS = [str(channel) for channel in SMARTCOMMS_CHANNELS]
STATES = {True: "on", False: "off", None: "absent"}
CAUSES = {
    "loaded": "on coming over the bridge",
    "unsubscribe_page": "on the unsubscribe page",
    "one_click": "by the mail program's button",
    "employee": "by an employee",
    "bridge": "over the bridge, from Loyalty",
}


@only_here
@require_safe
@cache_control(private=True, no_cache=True)
def smartcomms_beside(request: HttpRequest, person_id: str) -> HttpResponse:
    """A customer's switches, categories and last entries of the consent journal; 304 while they are as they were."""
    with translation.override("en"):
        if customers.find(person_id) is None:
            return beside.answer(request, "smartcomms/_beside.html", beside.Side({}, {}), {"is_unknown": True})
        choices, entries = queries.get_choices(person_id), queries.list_entries(person_id)
        token = links.make(links.Link(person_id, "email"))
        side = beside.Side(
            stands={str(channel): choices.channels[channel] for channel in BRIDGED},
            since=_since(entries),
            rows=[_switches(choices), *map(_category, choices.categories)],
            steps=[_step(entry, choices) for entry in entries[:MOST_ENTRIES]],
        )
        return beside.answer(
            request, "smartcomms/_beside.html", side, {"change_url": reverse("unsubscribe", args=[token])}
        )


def _switches(choices: Choices) -> StandRow:
    stands = [Stand(channel, STATES[choices.channels[channel]], crosses=channel in BRIDGED) for channel in CHANNELS]
    return StandRow("channel", "Whole channel", stands, "crosses the bridge")


def _category(choice: CategoryChoice) -> StandRow:
    statuses = choice.statuses
    stands = [Stand(channel, STATES[statuses[channel]] if channel in statuses else "unused") for channel in CHANNELS]
    return StandRow(choice.code, choice.name, stands, "category")


def _since(entries: Sequence[Any]) -> Mapping[str, datetime]:
    """When each channel was switched last."""
    since: dict[str, datetime] = {}
    for entry in entries:
        for channel in entry.changes.get("channels", {}):
            since.setdefault(channel, entry.recorded_at)
    return since


def _step(entry: Any, choices: Choices) -> Step:
    names = {choice.code: choice.name for choice in choices.categories}
    turned = {"Channels": entry.changes.get("channels", {})}
    turned |= {names.get(code, code): statuses for code, statuses in entry.changes.get("categories", {}).items()}
    few = [
        f"{name}: {beside.in_words([(str(look(channel).name), its[channel]) for channel in CHANNELS if channel in its])}"
        for name, its in turned.items()
        if its
    ]
    return Step("; ".join(few) or "Nothing moved", entry.recorded_at, CAUSES.get(entry.cause, entry.cause))
