"""What employees type to sign in; the rules behind it are allauth's, but for a code that is good once."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

from regulars.access import employees, factors


class SignInForm(LoginForm):
    """Login and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].max_length = 200


class GoodOnce(forms.Form):
    """Takes a code of an app once, however long it is shown."""

    user: Any
    authenticator: Any

    def clean_code(self) -> str:
        """Judge the code, and refuse one that came before."""
        if employees.is_code_taken(self.user, self.cleaned_data["code"]):
            raise get_adapter().validation_error("code_taken")
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == factors.APP and not employees.take_code(self.user, code):
            raise get_adapter().validation_error("code_taken")
        employees.seal_anew(self.user)
        return code


class CodeForm(GoodOnce, AuthenticateForm):
    """A code of the app, or a recovery code, to sign in."""


class CodeAgainForm(GoodOnce, ReauthenticateForm):
    """The same, asked of somebody who is signed in."""


class AppForm(ActivateTOTPForm):
    """The first code of a new app."""

    def clean_code(self) -> str:
        """Judge the code; it cannot be used to sign in afterwards."""
        code: str = super().clean_code()
        employees.take_code(self.user, code)
        return code
