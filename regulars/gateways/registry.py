"""Which class speaks to which provider, and what can be set of each: one table, by channel and provider."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from types import ModuleType
from typing import Any

from regulars.gateways.smpp import SmppGateway
from regulars.gateways.smpp import settings as smpp
from regulars.gateways.smtp import SmtpGateway
from regulars.gateways.smtp import settings as smtp
from regulars.messages.gateway import Gateway, OnReceipt

type Builder = Callable[[Mapping[str, Any], OnReceipt], Gateway]

GATEWAYS: Mapping[tuple[str, str], Builder] = {
    ("sms", "smpp"): SmppGateway.from_settings,
    ("email", "smtp"): SmtpGateway.from_settings,
}
# The module with a provider's settings: the dataclass, and what each setting is for.
SETTINGS: Mapping[tuple[str, str], tuple[type[Any], ModuleType]] = {
    ("sms", "smpp"): (smpp.SmppSettings, smpp),
    ("email", "smtp"): (smtp.SmtpSettings, smtp),
}


class UnknownProvider(ValueError):
    """There is no gateway for this channel and provider."""


class WrongGatewaySettings(ValueError):
    """A provider's settings cannot be used; the message names the setting, and so does `setting`."""

    def __init__(self, message: str, *, setting: str = "", why: str = "") -> None:
        super().__init__(message)
        self.setting, self.why = setting, why or message


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set of a gateway: `kind` is its type, `default` what holds when it is not set."""

    name: str
    kind: Any
    explanation: str
    is_needed: bool
    default: Any
    choices: Sequence[str] = ()
    is_essential: bool = False
    is_secret: bool = False


def build(channel: str, provider: str, settings: Mapping[str, Any], on_receipt: OnReceipt) -> Gateway:
    """Build the gateway of a channel and provider from its stored settings; it still has to be opened.

    Raises UnknownProvider, and WrongGatewaySettings with the name of the setting.
    """
    builder = GATEWAYS.get((channel, provider))
    if builder is None:
        known = ", ".join(f"{one_channel}/{one_provider}" for one_channel, one_provider in GATEWAYS)
        raise UnknownProvider(f"No gateway {channel}/{provider}; there are: {known}.")
    try:
        return builder(settings, on_receipt)
    except ValueError as error:
        setting, _, why = str(error).partition(": ")
        raise WrongGatewaySettings(f"{channel}/{provider}: {error}", setting=setting, why=why) from error


def describe(channel: str, provider: str) -> list[Setting]:
    """What can be set of a provider's gateway, in the order in which it is asked for."""
    dataclass_, module = SETTINGS[channel, provider]
    known = {one.name: one for one in fields(dataclass_)}
    return [
        Setting(
            name=name,
            kind=known[name].type,
            explanation=explanation,
            is_needed=known[name].default is MISSING and known[name].default_factory is MISSING,
            default=None if known[name].default is MISSING else known[name].default,
            choices=module.CHOICES.get(name, ()),
            is_essential=name in module.ESSENTIAL,
            is_secret=not known[name].repr,
        )
        for name, explanation in module.EXPLAINED.items()
    ]
