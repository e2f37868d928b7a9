"""People in the programme, as the back office sees them: found by any contact or card, shown with masked contacts."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from regulars.kit import clock, phone
from regulars.loyalty.cards.models import Card
from regulars.loyalty.members.models import Identifier, Member
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.models import Store
from regulars.web.backoffice import columns, filters, member_page, scopes
from regulars.web.backoffice.reading import Reading
from regulars.web.shell import figures


def find_ids(text: str) -> set[int]:
    """The members to whom a phone in any form, a mailbox, a foreign number, a card or a public id belongs."""
    values = {text, text.lower(), _as_phone(text)}
    digits = "".join(filter(str.isdigit, text))
    found = set(Identifier.objects.filter(value__in=values).values_list("member_id", flat=True))
    holders = Card.objects.filter(number=digits).values_list("member_id", flat=True) if digits else []
    found |= {holder for holder in holders if holder is not None}
    return found | set(Member.objects.filter(public_id=text).values_list("pk", flat=True))


def _as_phone(text: str) -> str:
    known = programme.find()
    try:
        return phone.normalise(text, known.region if known else "")
    except phone.BadPhone:
        return text


class MemberPages(Reading):
    """Members with what belongs to them; contacts stay masked, the contact centre opens them by right."""

    search_help_text = "Phone, mailbox, card, public id, or the beginning of a surname"
    search_fields = ("last_name",)
    list_display = (
        "__str__", columns.state(), columns.link("store_id", "Store"), columns.moment("registered_at", "Registered"),
        columns.text("registered_via", "Through"), columns.text("locale", "Language"),
    )  # fmt: skip
    list_filter = (filters.choice("state"), filters.span("registered_at"))
    knows = {"store_id": Store}
    fields = ("__str__",)
    change_form_template = "backoffice/member.html"
    nothing = "No member yet"
    example = "They join at a till, on the phone at /account/, or come along with `regulars import`."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find exactly by what identifies, else by the beginning of the surname."""
        text = search_term.strip()
        if not text:
            return queryset, False
        found = find_ids(text)
        return queryset.filter(pk__in=found) if found else queryset.filter(last_name__istartswith=text), False

    def find_exactly(self, request: HttpRequest, text: str) -> QuerySet[Any]:
        """Whom a whole phone, mailbox, card number or public id identifies."""
        return self.get_queryset(request).filter(pk__in=find_ids(text))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Show the member."""
        row: Member = kwargs["obj"]

        def may(room: str) -> bool:
            return bool(request.user.has_perm(f"{room}.view"))

        def link(other: Model) -> str:
            address: str = self.admin_site.address_of(other, request)
            return address

        context |= {
            "purses": member_page.purses(row) if may("points") else None,
            "endings": member_page.endings(row, clock.now()) if may("points") else None,
            "consent": member_page.consent(row) if may("subscriptions") else None,
            "small": list(member_page.belongings(row, may, link)),
            "tables": list(member_page.tables(row, may, link, scopes.partner_of(request))),
            "facts": _facts(row),
            "state": columns.dotted(row.get_state_display(), columns.TONES.get(row.state, "")),
            "initials": (row.first_name[:1] + row.last_name[:1]).upper() or "–",
        }
        return super().render_change_form(request, context, **kwargs)


def _facts(row: Any) -> list[tuple[str, Any]]:
    store = row.known.get("store_id")
    facts: list[tuple[str, Any]] = [
        ("Registered", figures.moment(row.registered_at)),
        ("Through", columns.sentence_case(row.registered_via)),
        ("Store", columns.linked(store.label, store.url) if store else ""),
        ("Born", figures.day(row.birth_date) if row.birth_date else ""),
        ("City", row.city),
        ("Language", {"en": "English", "ru": "Russian"}.get(row.locale, row.locale)),
        ("Left", figures.moment(row.gone_at) if row.gone_at else ""),
        ("Public id", row.public_id),
    ]
    return [fact for fact in facts if fact[1]]
