"""Which class speaks to which provider: one table, by channel and provider."""

from collections.abc import Callable, Mapping
from typing import Any

from regulars.gateways.smpp import SmppGateway
from regulars.gateways.smtp import SmtpGateway
from regulars.messages.gateway import Gateway, OnReceipt

type Builder = Callable[[Mapping[str, Any], OnReceipt], Gateway]

GATEWAYS: Mapping[tuple[str, str], Builder] = {
    ("sms", "smpp"): SmppGateway.from_settings,
    ("email", "smtp"): SmtpGateway.from_settings,
}


class UnknownProvider(ValueError):
    """There is no gateway for this channel and provider."""


class WrongGatewaySettings(ValueError):
    """A provider's settings cannot be used; the message names the setting."""


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
        raise WrongGatewaySettings(f"{channel}/{provider}: {error}") from error
