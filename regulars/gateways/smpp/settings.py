"""What an operator of an SMPP gateway can set."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Self
from zoneinfo import ZoneInfo

from regulars.messages.gateway import Outcome

ID_FORMATS = ("same", "strip_zeros", "response_hex", "receipt_hex")
# What each setting is for, in the words of who gets the account from a provider; the first ones are asked for first.
EXPLAINED = {
    "host": "The name or address of the provider's server.",
    "port": "Usually 2775, or 3550 with TLS.",
    "system_id": "The login that the provider gave you, at most 15 characters.",
    "password": "At most 8 characters: SMPP has room for no more.",
    "sender": "What phones show as the sender: a name of at most 11 Latin letters, or a number. The provider must allow it.",
    "tls": "Whether the link is encrypted. Ask the provider for the port.",
    "window": "How many messages may wait for an answer at once. The provider names the most.",
    "system_type": "Only if the provider asks for it.",
    "enquire_link_s": "After so many seconds of silence we ask whether the provider is still there.",
    "response_timeout_s": "So many seconds we wait for an answer; then nobody knows what became of the message.",
    "connect_timeout_s": "So many seconds we wait for the link and the sign-in.",
    "reconnect_min_s": "The first pause, in seconds, before a lost link is tried again.",
    "reconnect_max_s": "The longest pause, in seconds, between two tries.",
    "alpha_ton": "Type of number of a sender that is a name: 5 with nearly everybody.",
    "alpha_npi": "Numbering plan of a sender that is a name: 0 with nearly everybody.",
    "number_ton": "Type of number of phones: 1 is international.",
    "number_npi": "Numbering plan of phones: 1 is the telephone plan.",
    "shortest_validity_s": "A message that is worth sending for fewer seconds is told this many.",
    "id_format": "How the id in a receipt is written differently from the id in the answer.",
    "receipt_zone": "The time zone in which the provider writes receipts.",
    "dead_errors": "Values of “err” in receipts which mean that nobody has this number, with commas between them.",
    "vendor_statuses": "What answers of this provider mean, one on each line: 0x58 slow.",
    "ask_again": "Whether a receipt that we could not keep is refused, so that the provider tells it again.",
}
CHOICES = {"id_format": ID_FORMATS}
ESSENTIAL = ("host", "port", "system_id", "password", "sender", "tls", "window")


class WrongSettings(ValueError):
    """The settings cannot be used; the message names the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppSettings:
    """One account at one SMSC.

    `id_format` says how the id in a receipt is written differently from the id in the answer. `dead_errors` are the
    values of `err` in receipts which mean that nobody has this number. `vendor_statuses` overrides the outcome of a
    command_status. `ask_again=False` is for providers that take a refused receipt amiss: then we rather stay silent.
    """

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    sender: str = ""
    tls: bool = False
    window: int = 10
    enquire_link_s: float = 30
    response_timeout_s: float = 20
    connect_timeout_s: float = 10
    reconnect_min_s: float = 1
    reconnect_max_s: float = 60
    alpha_ton: int = 5
    alpha_npi: int = 0
    number_ton: int = 1
    number_npi: int = 1
    shortest_validity_s: int = 60
    id_format: str = "same"
    receipt_zone: str = "UTC"
    dead_errors: tuple[str, ...] = ()
    vendor_statuses: Mapping[int, Outcome] = field(default_factory=dict)
    ask_again: bool = True

    def __post_init__(self) -> None:
        _check_text("system_id", self.system_id, longest=15)
        _check_text("password", self.password, longest=8)
        _check_text("system_type", self.system_type, longest=12)
        _check_text("sender", self.sender, longest=20)
        if not 0 < self.port < 65536:
            raise WrongSettings(f"port: {self.port} is not a port.")
        if self.window < 1:
            raise WrongSettings("window: at least 1 is needed.")
        if self.id_format not in ID_FORMATS:
            raise WrongSettings(f"id_format: one of {', '.join(ID_FORMATS)} is needed, not {self.id_format!r}.")
        try:
            ZoneInfo(self.receipt_zone)
        except (KeyError, ValueError, OSError):
            raise WrongSettings(f"receipt_zone: {self.receipt_zone!r} is not a time zone.") from None

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """Make settings of a stored table of names and values. Raises WrongSettings with the name of the setting."""
        known = {one.name: one for one in fields(cls)}
        if unknown := sorted(settings.keys() - known.keys()):
            raise WrongSettings(f"{unknown[0]}: SMPP has no such setting.")
        required = [n for n, one in known.items() if one.default is MISSING and one.default_factory is MISSING]
        if missing := [name for name in required if name not in settings]:
            raise WrongSettings(f"{missing[0]}: this setting is needed.")
        return cls(**{name: _as(name, known[name].type, value) for name, value in settings.items()})


def _check_text(name: str, value: str, *, longest: int) -> None:
    if len(value) > longest:
        raise WrongSettings(f"{name}: at most {longest} characters, here are {len(value)}.")
    if not value.isascii() or not (value.isprintable()):
        raise WrongSettings(f"{name}: only Latin letters, digits and signs.")


def _as(name: str, kind: Any, value: Any) -> Any:
    try:
        if name == "dead_errors":
            return tuple(str(one) for one in value)
        if name == "vendor_statuses":
            return {int(str(status), 0): Outcome(outcome) for status, outcome in value.items()}
        if kind is bool:
            return _as_bool(value)
        return kind(value)
    except (TypeError, ValueError, AttributeError):
        raise WrongSettings(f"{name}: {value!r} does not fit here.") from None


def _as_bool(value: Any) -> bool:
    words = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
    try:
        return words[value if isinstance(value, bool) else str(value).lower()]
    except KeyError:
        raise ValueError from None
