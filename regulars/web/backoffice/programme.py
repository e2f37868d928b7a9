"""The programme and its currencies of points: settings as cards, each changed by an act of its own."""

from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from regulars.kit import clock
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.programme import queries
from regulars.loyalty.programme.models import PointsCurrency, Programme
from regulars.web.backoffice import columns, settings_story
from regulars.web.backoffice.programme_forms import ConsentForm, NameForm, ReceiptForm, WorthForm, ZoneForm
from regulars.web.backoffice.reading import Reading, button

SET, WAS_SO = "It is set. Other processes follow within a minute.", "It was so already."


class SettingPages(Reading):
    """A page of cards; the acts stand on their cards instead of above the page."""

    change_form_template = "backoffice/settings.html"
    fields = ("name",)

    def has_change_setting_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may change settings of the programme."""
        return bool(request.user.has_perm("programme.change"))

    def settings_of(self, row: Any) -> list[settings_story.Setting]:
        """The cards of a row."""
        raise NotImplementedError

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Show the cards, with their acts for who may change them."""
        context |= {
            "settings": self.settings_of(kwargs["obj"]),
            "may_change": self.has_change_setting_permission(request),
            "actions_detail": [],
        }
        return super().render_change_form(request, context, **kwargs)


class ProgrammePages(SettingPages):
    """The one programme of this installation; its list is its page."""

    list_display = ("name", "currency", "region", columns.text("time_zone", "Zone"), "consent_mode")
    actions_detail = ("set_name", "set_consent", "set_receipts", "set_zone")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one, so its page opens at once."""
        known = queries.find() if self.has_view_permission(request) and not request.GET else None
        if known is not None:
            return HttpResponseRedirect(self.admin_site.address_of(known, request) or self.list_address())
        return super().changelist_view(request, extra_context)

    def settings_of(self, row: Any) -> list[settings_story.Setting]:
        """Name, consent, receipts, zone, money."""
        return list(settings_story.of(row))

    @button("Change name", icon="edit", permission="change_setting")
    def set_name(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the name, then set it."""

        def act(row: Programme, said: dict[str, Any]) -> str:
            return SET if programme.rename(said["name"], by=self.actor(request), at=clock.now()) else WAS_SO

        known = queries.find()
        return self.ask(
            request, object_id, act, title="Change name", form=_filled(NameForm, name=known.name if known else ""),
            sentence="Members read the new name on their card and in messages that are written from now on.",
        )  # fmt: skip

    @button("Change consent", icon="fact_check", permission="change_setting")
    def set_consent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask at which door what is asked, then set it."""

        def act(row: Programme, said: dict[str, Any]) -> str:
            is_new = programme.set_consent_mode(said["mode"], door=said["door"], by=self.actor(request), at=clock.now())
            return SET if is_new else WAS_SO

        known = queries.find()
        return self.ask(
            request, object_id, act, title="Change consent",
            form=_filled(ConsentForm, mode=known.consent_mode if known else ""),
            sentence=f"What somebody who joins from now on is asked about mailings. {settings_story.THE_LAW}",
        )  # fmt: skip

    @button("Set rounding and points", icon="tune", permission="change_setting")
    def set_receipts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how totals are rounded and how much points may pay, then set it."""

        def act(row: Programme, said: dict[str, Any]) -> str:
            by, at = self.actor(request), clock.now()
            step = said["rounding_step"].scaleb(row.currency_exponent)
            if step != int(step):
                raise programme.UnknownSetting("This money has no such small coin.", field="rounding_step")
            is_new = programme.set_rounding(said["rounding_mode"], step=int(step), by=by, at=at)
            limit = int(said["points_share_limit"] * Decimal(100))
            is_new = programme.set_points_share_limit(limit, by=by, at=at) or is_new
            return "It is set. Tills follow within a minute." if is_new else WAS_SO

        return self.ask(
            request, object_id, act, form=_filled(ReceiptForm, **_receipts()), title="Set rounding and points",
            sentence="Rounding changes what customers pay and stands on the receipt as a line of its own. Receipts that were"
            " quoted before are told their new total.",
        )  # fmt: skip

    @button("Change time zone", icon="schedule", permission="change_setting")
    def set_zone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the zone, then set it."""

        def act(row: Programme, said: dict[str, Any]) -> str:
            return SET if programme.set_time_zone(said["time_zone"], by=self.actor(request), at=clock.now()) else WAS_SO

        known = queries.find()
        return self.ask(
            request, object_id, act, title="Change time zone",
            form=_filled(ZoneForm, time_zone=known.time_zone if known else ""),
            sentence="Days of reports and of this back office begin at another hour. Points that have their end keep it; those"
            " given from now on end at midnight there.",
        )  # fmt: skip


def _filled(form: type[forms.Form], **initial: Any) -> Any:
    return partial(form, initial=initial)


def _receipts() -> dict[str, Any]:
    known = queries.find()
    if known is None:
        return {}
    return {
        "rounding_mode": known.rounding_mode,
        "rounding_step": Decimal(known.rounding_step).scaleb(-known.currency_exponent),
        "points_share_limit": Decimal(known.points_share_limit) / 100,
    }


class CurrencyPages(SettingPages):
    """Currencies of points: how they are written, and what they are worth."""

    list_display = (
        "name", "code", "decimals", columns.number("worth_numerator", "Minor units of money"),
        columns.number("worth_denominator", "for so many units of points"), columns.yes_no("is_default", "Default"),
    )  # fmt: skip
    actions_detail = ("set_name", "set_worth")
    nothing = "No currency of points yet"
    example = "The programme makes one with itself."

    def settings_of(self, row: Any) -> list[settings_story.Setting]:
        """Name, worth, digits, code."""
        return list(settings_story.of_currency(row))

    @button("Change name", icon="edit", permission="change_setting")
    def set_name(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the name, then set it."""

        def act(row: PointsCurrency, said: dict[str, Any]) -> str:
            by, at = self.actor(request), clock.now()
            return SET if programme.rename_points_currency(row.code, said["name"], by=by, at=at) else WAS_SO

        return self.ask(
            request, object_id, act, title="Change name", form=_filled(NameForm, name=self._name(object_id)),
            sentence="Members and cashiers read the new name beside the number from now on.",
        )  # fmt: skip

    @button("Set worth", icon="payments", permission="change_setting")
    def set_worth(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what points are worth when they pay, then set it."""

        def act(row: PointsCurrency, said: dict[str, Any]) -> str:
            known = queries.get()
            money, units = said["money"].scaleb(known.currency_exponent), said["points"].scaleb(row.decimals)
            if money != int(money):
                raise programme.UnknownSetting("This money has no such small coin.", field="money")
            if units != int(units):
                raise programme.UnknownSetting("These points have fewer digits after the point.", field="points")
            by, at = self.actor(request), clock.now()
            return SET if programme.set_worth(row.code, (int(money), int(units)), by=by, at=at) else WAS_SO

        return self.ask(
            request, object_id, act, title="Set worth", form=WorthForm,
            sentence="Every balance keeps its number of points and is worth more or less at once. Say it to members first.",
        )  # fmt: skip

    def _name(self, object_id: str) -> str:
        return next(
            iter(PointsCurrency.objects.filter(pk=object_id if object_id.isdecimal() else 0)), PointsCurrency()
        ).name
