"""What allauth asks of us: sentences in our words, passwords and sign-ins by the room's actions, sealed secrets, our QR code."""

import io
import time
from typing import Any

import segno
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from regulars.access import credentials, employees, factors, sealing
from regulars.access.credentials import CredentialsNotPossible
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.web.staff.frame import home

DOOR = "staff"
CLOSED = "This account is closed. Ask an administrator to open it again."
# What allauth would say after an act, as we say it; what is not here is said by the page itself.
SAID = {
    "account/messages/password_changed.txt": "Your password is changed. Every other browser is signed out.",
    "mfa/messages/totp_deactivated.txt": "The authenticator app is removed.",
    "mfa/messages/webauthn_added.txt": "The passkey is added.",
    "mfa/messages/webauthn_removed.txt": "The passkey is removed.",
}


def employee_of(request: HttpRequest) -> Any:
    """The employee who asks; these pages open to nobody else."""
    return request.user


def actor(request: HttpRequest) -> Actor:
    """The employee as the one who acts; nobody yet while signing in."""
    login = request.user.get_username() if request.user.is_authenticated else ""
    return Actor("employee", login, DOOR, ip=request.META.get("REMOTE_ADDR"))


class SignIn(DefaultAccountAdapter):
    """Employees' sign-in: by login and password, nobody signs up, nothing is sent by email."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": CLOSED,
        "enter_current_password": "This is not your present password.",
        "incorrect_password": "This is not your password. Capital letters matter.",
        "rate_limited": "Too many tries. Wait five minutes, then try again.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "username_password_mismatch": "This login and password do not belong together. Capital letters matter.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up; administrators add employees."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The employee whom login and password name; a closed account is told only to who knows its password."""
        employee = super().authenticate(request, **credentials)
        if employee is not None and not employee.is_active:
            raise self.validation_error("account_inactive")
        return employee

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The account was closed between two steps of signing in."""
        messages.error(request, CLOSED)
        return redirect("account_login")

    def login(self, request: HttpRequest, user: Any) -> None:
        """Open the session, and write down by what."""
        super().login(request, user)
        shown = [record for record in get_authentication_records(request, user) if record.get("method") == "mfa"]
        kind = str(shown[-1].get("type", "")) if shown else ""
        employees.note_signed_in(user, second_factor=kind, by=actor(request), at=clock.now())

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever has just signed in is not asked once more."""
        records = get_authentication_records(self.request, self.request.user)
        said_at = max((float(record.get("at", 0)) for record in records), default=0.0)
        return bool(time.time() - said_at >= app_settings.REAUTHENTICATION_TIMEOUT)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The door of the employee's work."""
        return home(request.user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where the password stands."""
        return reverse("mfa_index")

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse passwords that are easy to guess, in the room's words."""
        try:
            credentials.check_password(password, login=user.login if user else "", name=user.name if user else "")
        except CredentialsNotPossible as refusal:
            raise ValidationError(refusal.message) from refusal
        return password

    def set_password(self, user: Any, password: str) -> None:
        """Change the password by the room's action."""
        request = self.request
        employees.change_password(
            user, password=password, keep=request.session.session_key or "", by=actor(request), at=clock.now()
        )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words, or nothing."""
        if said := message or SAID.get(message_template or ""):
            messages.add_message(request, level, said, extra_tags=extra_tags)


class Factors(DefaultMFAAdapter):
    """Second factors: secrets are sealed in the database, and the QR code is drawn by us."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code does not fit. It changes every 30 seconds: take the one that is shown now.",
        "code_taken": "This code was used already. Wait for the next one in your app.",
        "sealed_otherwise": "This installation's secret key was replaced, so no code can be checked. Put the earlier key into"
        " REGULARS_SECRET_KEY_FALLBACKS, or ask an administrator to take your second factor away.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret, or say why it cannot be opened."""
        try:
            return sealing.unseal(encrypted_text)
        except sealing.SealedOtherwise as error:
            raise self.validation_error("sealed_otherwise") from error

    def get_totp_issuer(self) -> str:
        """How the app calls this installation."""
        return f"Regulars {self.request.get_host()}"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """How a passkey is called that nobody gave a name."""
        known = sum(factor.kind == factors.PASSKEY for factor in factors.list_factors(user.pk))
        return f"Passkey {known + 1}"

    def build_totp_svg(self, url: str) -> str:
        """The QR code as a picture without any script."""
        picture = io.BytesIO()
        segno.make(url, error="m").save(
            picture, kind="svg", border=2, xmldecl=False, svgns=True, dark="#14181b", light="#fff"
        )
        return picture.getvalue().decode()
