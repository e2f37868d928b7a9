"""Employees with their roles: who they are, what they may, and the acts that let them in and out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.contrib.filters.admin import DropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from regulars.access import credentials, employees, permissions
from regulars.access.models import Employee, SetUpLink
from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.web.backoffice import columns, filters, rights
from regulars.web.backoffice.desk import employee_of
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading, button
from regulars.web.shell import figures

ALL_PARTNERS = "All partners"


class RoleFilter(DropdownFilter):
    """Employees who hold one role."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All roles there are."""
        return [(role, role.capitalize()) for role in permissions.ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those who hold it."""
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


class Roles(UnfoldAdminCheckboxSelectMultipleWidget):
    """Boxes whose words may take more than a line."""

    option_template_name = "backoffice/role_option.html"


class EmployeeForm(forms.Form):
    """Name, roles and partner of an employee."""

    name = forms.CharField(
        label="Name", required=False, max_length=credentials.LONGEST_NAME, widget=UnfoldAdminTextInputWidget,
        help_text="As colleagues see it.",
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label="Roles", required=False, widget=Roles,
        choices=[(role, f"{role.capitalize()}: {words}") for role, words in permissions.ROLE_WORDS.items()],
        help_text="What each allows, one by one, stands under “Who may do what”. Without a role no page opens.",
    )  # fmt: skip
    partner_id = forms.TypedChoiceField(
        label="Partner", required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget,
        help_text="An employee of one partner sees that partner's stores, purchases and people only.",
    )  # fmt: skip


class NewEmployeeForm(EmployeeForm):
    """The same, and a login."""

    login = forms.CharField(
        label="Login", max_length=credentials.LONGEST_LOGIN, widget=UnfoldAdminTextInputWidget,
        help_text="One word, such as olga. It cannot be changed.",
    )  # fmt: skip
    field_order = ("login", "name", "roles", "partner_id")


class EmployeePages(Reading):
    """Who works here and may sign in; each act says what follows from it."""

    partner_field = "partner_id"
    list_display = (
        "__str__", "login", columns.codes("roles", nothing="No role"),
        columns.yes_no("is_active", "State", yes="Open", no="Closed"), columns.moment("last_login", "Last signed in"),
    )  # fmt: skip
    list_filter = (RoleFilter, filters.truth("is_active"))
    search_fields = ("name", "login")
    actions_list = ("invite", "who_may_what")
    actions_detail = ("change_roles", "make_link", "take_away_factors", "close", "reopen")

    def partners(self) -> Sequence[tuple[int, str]]:
        """Companies inside the programme; this desk knows none."""
        return ()

    def partner_name(self, partner_id: int | None) -> str:
        """A partner's name."""
        return ALL_PARTNERS if partner_id is None else dict(self.partners()).get(partner_id, f"Partner {partner_id}")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who it is, and since when."""
        partner = columns.named("partner_name", "Partner", lambda row: self.partner_name(row.partner_id))
        return (
            ("Employee", {"fields": (
                "name", "login", columns.codes("roles", nothing="No role"), partner,
                columns.yes_no("is_active", "State", yes="Open", no="Closed"),
            )}),
            ("Since", {"fields": (columns.moment("created_at"), columns.moment("last_login", "Last signed in"))}),
        )  # fmt: skip

    def belongings(self, row: Employee) -> Iterable[Table]:
        """What the employee may do, signs in with, and what happened to the account."""
        yield rights.may_table(row)
        yield from rights.sign_in_tables(row, SetUpLink.objects.filter(employee=row).order_by("-id")[:5])
        yield rights.acts_table(row)

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may decide who comes in."""
        return bool(request.user.has_perm("access.change"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """Only what can be done now, and not to oneself."""
        row = self.get_object(request, str(object_id))
        if not isinstance(row, Employee):
            return []
        own = {"make_link", "take_away_factors", "close"} if row.pk == employee_of(request).pk else set()
        hidden = own | ({"reopen"} if row.is_active else {"close", "make_link"})
        return [each for each in super().get_actions_detail(request, object_id) if each.path not in hidden]

    @button("Add an employee", icon="person_add", permission="act")
    def invite(self, request: HttpRequest) -> HttpResponse:
        """Ask who it is, add them, and show the link by which they choose a password."""
        answer = self._shaped(request, NewEmployeeForm(request.POST if request.method == "POST" else None))
        if request.method == "POST" and answer.is_valid():
            try:
                employee, token = employees.invite(**answer.cleaned_data, by=self.actor(request), at=clock.now())
            except Refusal as refusal:
                answer.add_error(refusal.field if refusal.field in answer.fields else None, refusal.message)
            else:
                return self._link_once(request, employee, token)
        context = {
            **self.admin_site.each_context(request), "title": "Add an employee", "subtitle": "", "opts": self.opts,
            "sentence": "On the next page stands a link, once, for you to hand over. Behind it they choose a password and set up a"
            " second factor; it is good for 24 hours.",
            "form": answer, "back": self.list_address(),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/act.html", context)

    @button("Who may do what", icon="table_view", permission="view")
    def who_may_what(self, request: HttpRequest) -> HttpResponse:
        """Say who may do one thing, and what every role allows."""
        asked = request.GET.get("may", "")
        asked = asked if asked in permissions.PERMISSIONS else "members.export"
        people = list(self.get_queryset(request).filter(is_active=True).order_by("name", "login"))
        found = [
            rights.Holder(
                each, self.admin_site.address_of(each, request), ", ".join(permissions.granting(each.roles, asked))
            )
            for each in rights.holders(people, asked)
        ]
        context = {
            **self.admin_site.each_context(request), "title": "Who may do what", "opts": self.opts,
            "asked": asked, "words": permissions.PERMISSIONS[asked], "roles": permissions.holders(asked), "people": found,
            "choices": permissions.PERMISSIONS, "matrix": rights.matrix(), "role_words": permissions.ROLE_WORDS,
            "back": self.list_address(), "page": request.path,
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/who_may_what.html", context)

    @button("Change roles", icon="edit", permission="act")
    def change_roles(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for name, roles and partner, then change them."""

        def act(row: Employee, said: dict[str, Any]) -> str:
            is_new = employees.change_employee(row, **said, by=self.actor(request), at=clock.now())
            return "It is changed, from the next page that they open." if is_new else "It was so already."

        row = self.get_object(request, object_id)
        form = _prefilled(row, lambda made: self._shaped(request, made)) if isinstance(row, Employee) else EmployeeForm
        return self.ask(
            request, object_id, act, form=form, title="Change roles, name or partner",
            sentence="Pages open and close for them from the next click on. Nobody takes their own administrator's role away.",
        )  # fmt: skip

    @button("Set-up link", icon="link", permission="act")
    def make_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then make a link by which the employee chooses a new password."""

        def act(row: Employee, said: dict[str, Any]) -> HttpResponse:
            token = employees.make_set_up_link(row, by=self.actor(request), at=clock.now())
            return self._link_once(request, row, token)

        return self.ask(
            request, object_id, act, title="Make a set-up link",
            sentence="By the link they choose a new password. Earlier links stop working; the present password works until the"
            " new one is chosen. Their second factor stays.",
        )  # fmt: skip

    @button("Lost phone", icon="phonelink_erase", permission="act")
    def take_away_factors(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then take away what they show beside the password."""

        def act(row: Employee, said: dict[str, Any]) -> str:
            is_new = employees.withdraw_second_factors(row, by=self.actor(request), at=clock.now())
            return "App, passkeys and recovery codes are gone, and they are signed out." if is_new else "They had none."

        return self.ask(
            request, object_id, act, title="Take second factors away",
            sentence="For a lost phone. App, passkeys and recovery codes stop working, and they are signed out everywhere. At the"
            " next sign-in the password is enough to set up another: make sure that it is really them who ask.",
        )  # fmt: skip

    @button("Close account", icon="person_off", permission="act")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then close the account."""

        def act(row: Employee, said: dict[str, Any]) -> str:
            is_new = employees.close_employee(row, by=self.actor(request), at=clock.now())
            return f"{row} is closed and signed out everywhere." if is_new else "It was closed already."

        return self.ask(
            request, object_id, act, title="Close account",
            sentence="They are signed out everywhere at once, and nothing opens any more. What they did stays in the journal. The"
            " account can be opened again.",
        )  # fmt: skip

    @button("Open account", icon="person_check", permission="act")
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then open the account again."""

        def act(row: Employee, said: dict[str, Any]) -> str:
            is_new = employees.reopen_employee(row, by=self.actor(request), at=clock.now())
            return f"{row} can sign in again." if is_new else "It was open already."

        return self.ask(
            request, object_id, act, title="Open account again",
            sentence="They sign in with the password and second factor that they had, and may what their roles allow.",
        )  # fmt: skip

    def _shaped(self, request: HttpRequest, form: EmployeeForm) -> Any:
        """The form with the partners that the employee may give; whoever belongs to one gives that one."""
        own, field = employee_of(request).partner_id, form.fields["partner_id"]
        every = [("", ALL_PARTNERS), *self.partners()]
        field.choices = every if own is None else [(own, self.partner_name(own))]  # type: ignore[attr-defined]
        if own is None and len(every) == 1:
            field.widget, field.help_text = forms.HiddenInput(), ""
        return form

    def _link_once(self, request: HttpRequest, employee: Employee, token: str) -> HttpResponse:
        if not self.has_act_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request), "title": "Set-up link", "subtitle": str(employee), "opts": self.opts,
            "link": f"{settings.PUBLIC_ADDRESS}{reverse('staff_set_up', args=[token])}",
            "until": figures.moment(clock.now() + employees.LINK_LIVES),
            "back": self.admin_site.address_of(employee, request), "employee": employee,
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/set_up_link.html", context)


def _prefilled(row: Employee, shape: Any) -> Any:
    """A form that shows what an employee has now, until something is typed."""
    present = {"name": row.name, "roles": row.roles, "partner_id": row.partner_id}

    def made(typed: Any) -> Any:
        return shape(EmployeeForm(typed, initial=present))

    return made
