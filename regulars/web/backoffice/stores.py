"""Partners, stores and tills; a till gets its key here, and loses it."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from regulars.access import actions as access
from regulars.access.models import TillKey
from regulars.kit import clock
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading, button
from regulars.web.shell import figures


class PartnerPages(Reading):
    """Companies inside the programme."""

    partner_field = "id"

    list_display = ("name", "code", "public_id")
    search_fields = ("name", "code")
    fields = ("name", "code", "public_id")

    def belongings(self, row: Partner) -> Iterable[Table]:
        """The first stores."""
        rows = [
            [each.code, each.name, each.time_zone] for each in Store.objects.filter(partner=row).order_by("code")[:50]
        ]
        yield Table("Stores", ["Code", "Name", "Zone"], rows, "No store yet.")


class StorePages(Reading):
    """Stores with their tills."""

    partner_field = "partner_id"

    list_display = ("name", "code", "partner", columns.text("time_zone", "Zone"))
    list_select_related = ("partner",)
    search_fields = ("name", "=code", "=public_id")
    ordering = ("code", "id")
    fields = ("name", "code", "partner", columns.text("time_zone", "Zone"), "public_id")

    def belongings(self, row: Store) -> Iterable[Table]:
        """Its tills."""
        found = Till.objects.filter(store=row).order_by("code")
        rows = [[each.name, each.code, "Open" if each.is_open else "Closed", each.public_id] for each in found]
        yield Table("Tills", ["Till", "Code", "State", "Public id"], rows, "No till yet.")


class TillPages(Reading):
    """Tills; the key of a till is shown once, when it is made."""

    partner_field = "store__partner_id"

    list_display = ("name", "code", "store", columns.yes_no("is_open", "State", yes="Open", no="Closed"), "public_id")
    list_select_related = ("store",)
    list_filter = (filters.truth("is_open"),)
    search_fields = ("=public_id", "name", "=store__code")
    fields = ("name", "code", "store", columns.yes_no("is_open", "State", yes="Open", no="Closed"), "public_id")
    actions_detail = ("issue_key",)

    def belongings(self, row: Till) -> Iterable[Table]:
        """Its keys, without their secrets."""
        rows = [
            [
                str(each),
                figures.moment(each.created_at),
                figures.moment(each.revoked_at) if each.revoked_at else "Works",
            ]
            for each in TillKey.objects.filter(till_id=row.pk).order_by("-id")
        ]
        yield Table(
            "Keys", ["Begins with", "Made", "Revoked"], rows, "No key yet: this till cannot sign in.", room="access"
        )

    def has_issue_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may give tills their keys."""
        return bool(request.user.has_perm("access.issue_till_key"))

    @button("Make a key", icon="key", permission="issue")
    def issue_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then make a key and show it this once."""

        def act(till: Till, said: dict[str, Any]) -> HttpResponse:
            key = access.issue_till_key(till.pk, by=self.actor(request), at=clock.now())
            return self._shown_once(request, till, key)

        return self.ask(
            request, object_id, act, title="Make a key",
            sentence="The key is shown once, on the next page. Keys that the till has already go on working.",
        )  # fmt: skip

    def _shown_once(self, request: HttpRequest, till: Till, key: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Key of a till",
            "subtitle": str(till),
            "opts": self.opts,
        }
        context |= {"key": key, "back": self.admin_site.address_of(till, request)}
        return TemplateResponse(request, "backoffice/key.html", context)


class TillKeyPages(Reading):
    """Keys of tills by their first characters; a key is revoked here."""

    list_display = (
        "__str__", columns.link("till_id", "Till"), columns.moment("created_at", "Made"),
        columns.moment("revoked_at", "Revoked"),
    )  # fmt: skip
    search_fields = ("prefix",)
    knows = {"till_id": Till}
    fields = (
        "__str__",
        columns.link("till_id", "Till"),
        columns.moment("created_at", "Made"),
        columns.moment("revoked_at", "Revoked"),
    )
    actions_detail = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may take keys away."""
        return bool(request.user.has_perm("access.revoke_till_key"))

    @button("Revoke key", icon="key_off", permission="revoke")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then take the key away."""

        def act(key: TillKey, said: dict[str, Any]) -> str:
            access.revoke_till_key(key, by=self.actor(request), at=clock.now())
            return f"Key {key} is revoked. It stops working within a minute."

        return self.ask(
            request, object_id, act, title="Revoke key",
            sentence="The till cannot sign in with this key any more, within a minute. Receipts it still holds need another key.",
        )  # fmt: skip
