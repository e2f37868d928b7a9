"""A walk to every address as everybody: who gets in, by real requests in one shop; and what the tables say about it.

The tables are read here once more and plainly, without asking `permissions.allows`, so that one is held against the other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.utils import quote
from django.db import transaction
from django.db.models import Model
from django.test import Client, RequestFactory

from regulars.access import actions as access
from regulars.access import sealing
from regulars.access.models import Employee
from regulars.loyalty.cards.models import Card
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.members.models import Member
from regulars.loyalty.purchases.models import Purchase
from regulars.runs.models import Run
from regulars.smartcomms.mailings.models import Mailing as SisterMailing
from tests import make
from tests.house import routes
from tests.web.backoffice import staff

STRANGER = "nobody"
SIGN_INS = ("/staff/sign-in/", "/account/sign-in/", "/till/sign-in", "/backoffice/login/", "/smartcomms/login/")
METHODS = ("get", "post")
type Opened = dict[tuple[str, str], bool]


@dataclass
class Visitor:
    """Somebody with a browser: nobody in particular, or an employee with one role."""

    name: str
    roles: tuple[str, ...] = ()
    partner_id: int | None = None
    employee: Employee | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    fell_over: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.roles:
            return
        self.employee = access.add_employee(
            f"visitor-{make.number()}", name=self.name, roles=self.roles, password="a lamp over the blue door",
            partner_id=self.partner_id, by=make.BY, at=make.AT,
        )  # fmt: skip
        for kind, secret in (
            ("totp", {"secret": sealing.seal("A" * 32)}),
            ("recovery_codes", {"seed": sealing.seal("0")}),
        ):
            Authenticator.objects.create(user=self.employee, type=kind, data={**secret, "used_mask": 0})
        self.client.force_login(self.employee)
        key = self.client.session.session_key
        UserSession.objects.create(user=self.employee, session_key=key, ip="127.0.0.1", user_agent="")

    def is_let_in(self, path: str, methods: tuple[str, ...]) -> bool:
        """Whether a look or a press at this address gets further than the door; nothing stays changed."""
        return any(is_open(self._ask(method, path)) for method in methods)

    def way_of(self, path: str) -> str | None:
        """Where a look or a press leads: to the address itself, elsewhere, or nowhere."""
        for method in METHODS:
            if is_open(answer := self._ask(method, path)):
                return str(answer.headers.get("Location", path))
        return None

    def _ask(self, method: str, path: str) -> Any:
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        try:
            with transaction.atomic():
                answer = getattr(self.client, method)(path)
                if answer.streaming:
                    b"".join(answer.streaming_content)
                transaction.set_rollback(True)
        finally:
            for name, value in cookies.items():
                self.client.cookies[name] = value
        if answer.status_code >= 500:
            self.fell_over.append(f"{method} {path}")
        return answer


def is_open(answer: Any) -> bool:
    """Whether an answer is more than a shut door."""
    if answer.status_code in (401, 403, 404, 405):
        return False
    return answer.status_code // 100 != 3 or not answer.headers["Location"].startswith(SIGN_INS)


class Places:
    """Where the placeholders of an address lead: to a row that is there."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.request = RequestFactory().get("/")
        self.request.user = Employee(login="all", roles=["administrator"])
        self._rows: dict[Any, Model | None] = {}
        for system, mailings in (("loyalty", Mailing), ("smartcomms", SisterMailing)):
            for mailing_id in mailings.objects.values_list("public_id", flat=True):
                Run.objects.create(
                    system=system, public_id=f"run-{make.number()}", mailing_id=mailing_id, kind="mailing", channel="sms",
                    state="done", started_by="system", started_at=make.AT, ended_at=make.AT,
                )  # fmt: skip

    def path_of(self, address: str, visitor: Visitor) -> str:
        """The address of one page, with every place filled."""
        if (row := self.row_of(address)) is not None:
            run = (
                Run.objects.filter(mailing_id=getattr(row, "public_id", "")).values_list("public_id", flat=True).first()
            )
            return f"/{address.replace('<path:object_id>', str(quote(row.pk)))}{f'?run={run}' if run else ''}"
        own = UserSession.objects.filter(user=visitor.employee).values_list("pk", flat=True).first()
        filled = {
            "<slug:public_id>": self.member.public_id,
            "<slug:purchase_id>": Purchase.objects.values_list("public_id", flat=True)[0],
            "<int:card_id>": str(Card.objects.filter(member_id=self.member.pk).values_list("pk", flat=True)[0]),
            "<int:session_id>": str(own or 1),
            "<app_label>": "journal",
        }
        for place, value in filled.items():
            address = address.replace(place, value)
        return "/" + re.sub(r"<[^>]+>", "1", address)

    def row_of(self, address: str) -> Model | None:
        """The row that a page of a desk is about."""
        pages = self.pages_of(address)
        if pages is None or "<path:object_id>" not in address:
            return None
        if pages not in self._rows:
            self._rows[pages] = pages.get_queryset(self.request).first()
        return self._rows[pages]

    def is_seen_by(self, visitor: Visitor, pages: Any, row: Model) -> bool:
        """Whether a row is among those that an employee's pages are made of."""
        request = RequestFactory().get("/")
        request.user = visitor.employee  # type: ignore[assignment]
        return bool(pages.get_queryset(request).filter(pk=row.pk).exists())

    def pages_of(self, address: str) -> Any:
        """The pages of a desk that an address belongs to, or None."""
        for system in staff.DESKS:
            for model, pages in staff.pages_of(system).items():
                if address.startswith(f"{system}/{model._meta.app_label}/{model._meta.model_name}/"):
                    return pages
        return None


def walk(places: Places, visitors: list[Visitor], addresses: list[str]) -> Opened:
    """Who gets in where; the first visitor may everything that an employee may, and finds out how each address is asked.

    What is not for employees is asked by the first and by the last, who is nobody: roles make no difference there.
    """
    master, stranger = visitors[0], visitors[-1]
    opened = {}
    for address in addresses:
        path = places.path_of(address, master)
        methods = tuple(method for method in METHODS if master.is_let_in(path, (method,)))[:1]
        opened[address, master.name] = bool(methods)
        others = visitors[1:] if address.startswith(routes.DOORS_OF_EMPLOYEES) else [stranger]
        for visitor in others:
            opened[address, visitor.name] = visitor.is_let_in(places.path_of(address, visitor), methods or METHODS)
    return opened


def differences(
    opened: Opened, table: Mapping[str, str], roles: Mapping[str, set[str]], denied: Mapping[str, set[str]]
) -> Iterator[str]:
    """Where the tables say one thing and the doors another."""
    for (address, name), is_in in opened.items():
        opener = table.get(address) or routes.opener(address, table)
        if opener == "public":
            continue  # open to everybody by its nature; what is behind a link's token may be gone
        wanted = _may(opener, name, roles, denied)
        if wanted and not is_in:
            yield f"/{address} should open for {name} ({opener}) and does not."
        if is_in and not wanted:
            yield f"/{address} opens for {name}, and should not: its line says {opener}."


def _may(opener: str, name: str, roles: Mapping[str, set[str]], denied: Mapping[str, set[str]]) -> bool:
    if name == STRANGER or opener in {"member", "till", "sister", "demo"}:
        return False
    return opener == "employee" or (
        bool({opener, "*"} & roles.get(name, set())) and opener not in denied.get(name, set())
    )
