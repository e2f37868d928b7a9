"""The channels both systems may name, and which of them exist on the other side."""

from enum import StrEnum
from typing import Final


class Channel(StrEnum):
    """A road to a person's attention; the codes are the same in tables, addresses and on the wire."""

    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"
    VIBER = "viber"
    SOCIAL = "social"
    AUTOCALL = "autocall"
    BOT = "bot"


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
