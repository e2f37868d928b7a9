"""What a login and a password must be like."""

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from regulars.access.models import Employee
from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable

LONGEST_LOGIN, LONGEST_NAME = 60, 120
_RULES: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]


class CredentialsNotPossible(Refusal):
    """The login, the name or the password cannot be taken."""

    code = "credentials_not_possible"


def check_login(login: str) -> None:
    """Raise `CredentialsNotPossible` when the login is not one word."""
    if not 1 <= len(login) <= LONGEST_LOGIN or not is_storable(login) or login.split() != [login]:
        raise CredentialsNotPossible(f"A login is one word of at most {LONGEST_LOGIN} characters.", field="login")


def check_name(name: str) -> None:
    """Raise `CredentialsNotPossible` when a name is too long or cannot be stored; nobody needs one."""
    if len(name) > LONGEST_NAME or not is_storable(name):
        raise CredentialsNotPossible(f"A name has at most {LONGEST_NAME} characters.", field="name")


def check_password(password: str, *, login: str, name: str = "") -> None:
    """Raise `CredentialsNotPossible` when the password is short or easy to guess for somebody of this login and name."""
    rules = password_validation.get_password_validators(_RULES)
    if "\x00" in password:
        raise CredentialsNotPossible("A password cannot contain NUL.", field="password")
    try:
        password_validation.validate_password(password, Employee(login=login, name=name), password_validators=rules)
    except ValidationError as error:
        raise CredentialsNotPossible(" ".join(error.messages), field="password") from error
