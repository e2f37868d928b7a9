"""Cards and their series; a card is blocked here."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminSelectWidget

from regulars.kit import clock
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.cards.block_reasons import BLOCK_REASONS
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.members.models import Member
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading, button


class BlockForm(forms.Form):
    """Why a card is blocked."""

    reason = forms.ChoiceField(label="Reason", choices=list(BLOCK_REASONS.items()), widget=UnfoldAdminSelectWidget)


class SeriesPages(Reading):
    """Series of card numbers."""

    list_display = (
        "name",
        "code",
        "prefix",
        "length",
        columns.yes_no("is_virtual", "Virtual"),
        columns.number("next_number", "Next"),
    )
    search_fields = ("code", "name")


class CardPages(Reading):
    """Cards; the number opens a till, so lists show its end only."""

    search_fields = ("=number",)
    search_help_text = "The whole card number"
    list_display = (
        "__str__", columns.state(), columns.link("member_id", "Member"), columns.link("series_id", "Series"),
        columns.moment("issued_at"), columns.moment("activated_at"), columns.moment("blocked_at"),
    )  # fmt: skip
    list_filter = (filters.choice("state"), filters.span("issued_at"))
    knows = {"member_id": Member, "series_id": Series}
    fieldsets = (
        ("Card", {"fields": (
            "__str__", columns.state(), columns.link("member_id", "Member"), columns.link("series_id", "Series"),
        )}),
        ("Its life", {"fields": (
            columns.moment("issued_at"), columns.moment("activated_at"), columns.moment("blocked_at"),
            columns.text("block_reason", "Why it is blocked"),
        )}),
    )  # fmt: skip
    actions_detail = ("block",)

    def has_block_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may block cards."""
        return bool(request.user.has_perm("cards.block"))

    @button("Block card", icon="block", permission="block")
    def block(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, then block the card."""

        def act(card: Card, said: dict[str, Any]) -> str:
            is_new = cards.block(card, reason=said["reason"], by=self.actor(request), at=clock.now())
            return (
                f"Card {card} is blocked. Tills refuse it from now on."
                if is_new
                else f"Card {card} was blocked before."
            )

        return self.ask(
            request, object_id, act, form=BlockForm, title="Block card",
            sentence="Tills will refuse this card. The member keeps the points and is still recognised by phone.",
        )  # fmt: skip
