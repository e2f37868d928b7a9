"""The channels both systems may name, and which of them exist on the other side."""

from enum import StrEnum
from typing import Final, Literal


class Channel(StrEnum):
    """A road to a person's attention; the codes are the same in tables, addresses and on the wire."""

    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"
    VIBER = "viber"
    SOCIAL = "social"
    AUTOCALL = "autocall"
    BOT = "bot"


type BridgedChannel = Literal[Channel.SMS, Channel.EMAIL, Channel.PUSH]
LOYALTY_CHANNELS: Final = (Channel.SMS, Channel.EMAIL, Channel.PUSH, Channel.VIBER, Channel.SOCIAL)
SMARTCOMMS_CHANNELS: Final = (Channel.SMS, Channel.EMAIL, Channel.PUSH, Channel.AUTOCALL, Channel.BOT)
BRIDGED: Final = (Channel.SMS, Channel.EMAIL, Channel.PUSH)
LABELS: Final = {
    Channel.SMS: "SMS",
    Channel.EMAIL: "Email",
    Channel.PUSH: "Push",
    Channel.VIBER: "Viber",
    Channel.SOCIAL: "Social networks",
    Channel.AUTOCALL: "Autocall",
    Channel.BOT: "Bot",
}


def bridged(code: str) -> BridgedChannel:
    """The channel of this code; raises `ValueError` when it does not exist on both sides."""
    channel = Channel(code)
    if channel not in BRIDGED:
        raise ValueError(f"{code} does not cross the bridge")
    return channel
