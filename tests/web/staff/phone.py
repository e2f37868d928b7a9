"""A phone with an authenticator app (RFC 6238, RFC 4226), written here anew, and an employee who uses both."""

import base64
import hashlib
import hmac
import re
import struct
import time
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from regulars.access import actions as access
from regulars.access.models import Employee
from tests import make

GOOD = "a lamp over the blue door"


def code(secret: str, *, step: int = 0) -> str:
    """The six digits that an app shows now, or so many steps of 30 seconds later."""
    key = base64.b32decode(secret.replace(" ", ""))
    mac = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1)
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def employee(login: str, *roles: str, **fields: Any) -> Employee:
    """Somebody who works here and has chosen a password."""
    return access.add_employee(
        login, name=login.title(), roles=roles or ("administrator",), password=GOOD, by=make.BY, at=make.AT, **fields
    )


@dataclass
class Somebody:
    """An employee with a browser and a phone."""

    login: str
    client: Client = field(default_factory=Client)
    secret: str = ""
    first_code: str = ""
    codes: list[str] = field(default_factory=list)

    def type_password(self, password: str = GOOD, **more: str) -> Any:
        """Answer the first page of signing in."""
        return self.client.post("/staff/sign-in/", {"login": self.login, "password": password, **more})

    def type_code(self, digits: str) -> Any:
        """Answer the second."""
        return self.client.post("/staff/sign-in/second-step/", {"code": digits})

    def enrol(self) -> None:
        """Scan the code, type what the app shows, and keep the recovery codes."""
        page = self.client.get("/staff/app/").text
        self.secret = _found(r'id="secret"[^>]*>([^<]+)<', page)
        self.first_code = code(self.secret, step=-1)
        answer = self.client.post("/staff/app/", {"code": self.first_code})
        assert answer.headers["Location"] == "/staff/recovery-codes/", answer.text
        shown = self.client.get("/staff/recovery-codes/").text
        self.codes = [found.replace(" ", "") for found in re.findall(r"<li><code>([\d ]+)</code>", shown)]

    def sign_out(self) -> None:
        """Leave."""
        self.client.post("/staff/sign-out/")

    def is_in(self) -> bool:
        """Whether the back office opens."""
        return self.client.get("/backoffice/").status_code == 200


def enrolled(login: str = "ada", *roles: str) -> Somebody:
    """An employee who has set everything up and is signed in by it."""
    employee(login, *roles)
    somebody = Somebody(login)
    somebody.type_password()
    somebody.enrol()
    return somebody


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, page
    return found[1]
