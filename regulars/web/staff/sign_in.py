"""Signing in and out: login and password, then the second factor; and saying once more who one is."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.account.views import LoginView, LogoutView
from allauth.account.views import ReauthenticateView as PasswordAgainView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from regulars.access import factors
from regulars.web.staff.frame import Page, framed, place_of


class Entrance(Page, LoginView):
    """Login and password."""

    template_name = "staff/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say where the way leads."""
        shown = super().get_context_data(**kwargs)
        return {**shown, "place": place_of(shown.get("redirect_field_value") or "")}


class SecondStep(Page, AuthenticateView):
    """A code of the app, a recovery code or a passkey."""

    template_name = "staff/code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the employee has."""
        shown = super().get_context_data(**kwargs)
        kinds = {factor.kind for factor in factors.list_factors(self.stage.login.user.pk)}
        return {**shown, "kinds": kinds, "action": "mfa_authenticate"}


class PasswordAgain(Page, PasswordAgainView):
    """The password once more, before something that matters."""

    template_name = "staff/again.html"


class CodeAgain(Page, CodeAgainView):
    """A code once more, or for the first time in this session."""

    template_name = "staff/again_code.html"


class PasskeyAgain(Page, ReauthenticateWebAuthnView):
    """A passkey once more."""

    template_name = "staff/again_passkey.html"


def enter(request: HttpRequest, employee: Any, *, to: str) -> HttpResponse:
    """Sign in somebody who has just proved who they are by a password, and lead on; the second factor is asked as ever."""
    record_authentication(request, employee, "password")
    response: HttpResponse = perform_login(request, employee, redirect_url=to)
    return response


sign_in = framed(Entrance.as_view())
second_step = framed(SecondStep.as_view())
password_again = framed(PasswordAgain.as_view())
code_again = framed(CodeAgain.as_view())
passkey_again = framed(PasskeyAgain.as_view())
sign_out = framed(require_POST(LogoutView.as_view()))
