"""Setting up what one shows beside the password: an app, passkeys and recovery codes; and removing it again."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy

from regulars.access import employees, factors
from regulars.kit import clock
from regulars.web.staff import second_factor
from regulars.web.staff.adapters import actor, employee_of
from regulars.web.staff.frame import Page, framed


class Setting(Page):
    """A page that adds or removes a factor: it is written down, and what was added counts as shown in this session."""

    def _added(self, kind: str, add: Callable[[], HttpResponse]) -> HttpResponse:
        request = self.request
        with employees.adding_factor(employee_of(request), kind, by=actor(request), at=clock.now()):
            response = add()
        newest = [factor for factor in factors.list_factors(employee_of(request).pk) if factor.kind == kind][-1]
        second_factor.note_shown(request, newest)
        return response

    def _removed(self, kind: str, remove: Callable[[], HttpResponse]) -> HttpResponse:
        with employees.removing_factor(employee_of(self.request), kind, by=actor(self.request), at=clock.now()):
            return remove()


class AppPage(Setting, ActivateTOTPView):
    """The QR code, its secret in letters, and the first code."""

    template_name = "staff/app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the secret in groups that can be typed."""
        shown = super().get_context_data(**kwargs)
        secret = shown["form"].secret
        shown["secret"] = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
        shown["is_first"] = not any(factor.is_second for factor in factors.list_factors(employee_of(self.request).pk))
        return shown

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the app."""
        return self._added(factors.APP, lambda: super(AppPage, self).form_valid(form))


class RemoveApp(Setting, DeactivateTOTPView):
    """Ask, then remove the app."""

    template_name = "staff/remove_app.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        return self._removed(factors.APP, lambda: super(RemoveApp, self).form_valid(form))


class AddPasskey(Setting, AddWebAuthnView):
    """Let the browser make a passkey."""

    template_name = "staff/add_passkey.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it."""
        return self._added(factors.PASSKEY, lambda: super(AddPasskey, self).form_valid(form))


class RemovePasskey(Setting, RemoveWebAuthnView):
    """Ask, then remove a passkey."""

    template_name = "staff/remove_passkey.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        return self._removed(factors.PASSKEY, lambda: super(RemovePasskey, self).form_valid(form))


class Codes(Page, ViewRecoveryCodesView):
    """The recovery codes, the one time that they are shown."""

    template_name = "staff/codes.html"

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the codes, or go back when they were shown."""
        shown = self.get_context_data()
        if not shown["can_view_codes"]:
            return redirect("mfa_index")
        response: HttpResponse = self.render_to_response({**shown, "way_on": second_factor.wanted(self.request)})
        return response


class NewCodes(Setting, GenerateRecoveryCodesView):
    """Ask, then make new recovery codes."""

    template_name = "staff/new_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them."""
        return self._added(factors.CODES, lambda: super(NewCodes, self).form_valid(form))


app = framed(AppPage.as_view())
remove_app = framed(RemoveApp.as_view())
add_passkey = framed(AddPasskey.as_view())
remove_passkey = framed(RemovePasskey.as_view())
codes = framed(Codes.as_view())
new_codes = framed(NewCodes.as_view())
