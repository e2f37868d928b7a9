"""What an operator of an SMTP gateway can set."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from regulars.gateways.smtp.addresses import BadAddress, Mailbox, domain_in_ascii, travelling

SECURITIES = ("none", "starttls", "tls")
_AT_HOME = ("localhost", "::1")
# What each setting is for, in the words of who gets the account from a provider; the first ones are asked for first.
EXPLAINED = {
    "host": "The name or address of the mail server that takes our mails.",
    "port": "Usually 587 with STARTTLS, 465 with TLS.",
    "security": "How the link is encrypted: starttls after the greeting, tls from the first byte, none only on this machine.",
    "login": "The name we sign in with; empty where the server asks for none.",
    "password": "Goes with the login, over an encrypted link only.",
    "sender": "Whom mails are from, such as Corner Market <news@example.org>. The domain must be yours.",
    "reply_to": "Where answers go, if not to the sender.",
    "ca_file": "A file of authorities that are trusted beside the system's.",
    "envelope_from": "Where servers report failures to, if not to the sender.",
    "hello": "How we introduce ourselves; empty: the sender's domain.",
    "domain": "What stands in the mails' ids; empty: the sender's domain.",
    "dkim_selector": "The name under which the server that signs our mails keeps its key: the doctor looks there.",
    "keeps_mailboxes": "Whether this server keeps the mailboxes itself: then what it takes is delivered.",
    "connections": "How many mails travel at once.",
    "mails_per_connection": "After so many mails a connection is made anew.",
    "idle_s": "A connection without work is closed after so many seconds.",
    "connect_timeout_s": "So many seconds we wait for a connection and the sign-in.",
    "response_timeout_s": "So many seconds the server has for its answers, and once more after the mail's end.",
    "reconnect_min_s": "The first pause, in seconds, before a lost server is tried again.",
    "reconnect_max_s": "The longest pause, in seconds, between two tries.",
}
CHOICES = {"security": SECURITIES}
ESSENTIAL = ("host", "port", "security", "login", "password", "sender", "reply_to")


class WrongSettings(ValueError):
    """The settings cannot be used; the message names the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """One account at one SMTP server.

    `sender` is the From address with or without a name; `envelope_from` is where bounces go, otherwise to that address.
    `domain` stands in the Message-ID, and `hello` is how we introduce ourselves; both are the sender's domain unless set.
    `dkim_selector` is the name under which the server that signs our mails keeps its key: the doctor looks there.
    `ca_file` holds authorities that are trusted beside the system's. `connections` is how many mails travel at once. A
    password goes over TLS only, or to this machine. `keeps_mailboxes` says that the server keeps the mailboxes itself, so
    that what it takes is delivered; leave it off where the server passes mails on.

    Three times bound a hand-over: `connect_timeout_s` for getting a connection, sign-in included, and twice
    `response_timeout_s`, for all replies up to the mail's final dot and for the one after it.
    """

    host: str
    port: int
    sender: str
    security: str = "starttls"
    login: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    reply_to: str = ""
    envelope_from: str = ""
    hello: str = ""
    domain: str = ""
    dkim_selector: str = ""
    keeps_mailboxes: bool = False
    connections: int = 4
    mails_per_connection: int = 100
    idle_s: float = 60
    connect_timeout_s: float = 10
    response_timeout_s: float = 15
    reconnect_min_s: float = 1
    reconnect_max_s: float = 60

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise WrongSettings(f"port: {self.port} is not a port.")
        if self.security not in SECURITIES:
            raise WrongSettings(f"security: one of {', '.join(SECURITIES)} is needed, not {self.security!r}.")
        self._check_sign_in()
        for name in ("connections", "mails_per_connection"):
            if getattr(self, name) < 1:
                raise WrongSettings(f"{name}: at least 1 is needed.")
        for name in ("idle_s", "connect_timeout_s", "response_timeout_s", "reconnect_min_s", "reconnect_max_s"):
            if not getattr(self, name) > 0:
                raise WrongSettings(f"{name}: more than 0 is needed.")
        if self.ca_file and not Path(self.ca_file).is_file():
            raise WrongSettings(f"ca_file: there is no file {self.ca_file}.")
        self._check_names()

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """Make settings of a stored table of names and values. Raises WrongSettings with the name of the setting."""
        known = {one.name: one for one in fields(cls)}
        if unknown := sorted(settings.keys() - known.keys()):
            raise WrongSettings(f"{unknown[0]}: SMTP has no such setting.")
        if missing := [name for name, one in known.items() if one.default is MISSING and name not in settings]:
            raise WrongSettings(f"{missing[0]}: this setting is needed.")
        return cls(**{name: _as(name, known[name].type, value) for name, value in settings.items()})

    @property
    def mailbox(self) -> Mailbox:
        """Who our mails are from."""
        return Mailbox.read(self.sender)

    @property
    def bounces_to(self) -> str:
        """The address that servers report failures to."""
        return travelling(self.envelope_from) if self.envelope_from else self.mailbox.address

    @property
    def id_domain(self) -> str:
        """What stands after the @ of a Message-ID."""
        return domain_in_ascii(self.domain) if self.domain else self.mailbox.domain

    def _check_sign_in(self) -> None:
        if not (self.host and self.host.isprintable()) or " " in self.host:
            raise WrongSettings(f"host: {self.host!r} is not a server.")
        for name in ("login", "password"):
            if not getattr(self, name).isprintable():
                raise WrongSettings(f"{name}: only letters, digits and signs.")
        if bool(self.login) != bool(self.password):
            raise WrongSettings(f"{'password' if self.login else 'login'}: one goes with the other.")
        is_near = self.host in _AT_HOME or self.host.startswith("127.")
        if self.login and self.security == "none" and not is_near:
            raise WrongSettings("security: a password goes over TLS only, or to this machine.")

    def _check_names(self) -> None:
        try:
            name = "sender"
            our_own = [self.mailbox.address]
            for name in ("reply_to", "envelope_from"):
                if value := getattr(self, name):
                    our_own.append(travelling(value) if name == "envelope_from" else Mailbox.read(value).address)
            for name in ("hello", "domain"):
                if value := getattr(self, name):
                    domain_in_ascii(value)
        except BadAddress as error:
            raise WrongSettings(f"{name}: {getattr(self, name)!r} does not fit here: {error}.") from None
        if not all(address.isascii() for address in our_own):
            raise WrongSettings("sender: our own addresses have only Latin letters, digits and signs before the @.")


def _as(name: str, kind: Any, value: Any) -> Any:
    try:
        if isinstance(value, bool) is not (kind is bool) or value is None:
            raise ValueError
        return kind(value)
    except (TypeError, ValueError):
        shown = "this" if name == "password" else repr(value)
        raise WrongSettings(f"{name}: {shown} does not fit here.") from None
