"""Channels as bits: how the cells of one mailing type fit into one number; pure."""

from collections.abc import Iterable

from regulars.contract.channels import LOYALTY_CHANNELS, Channel

BITS = {channel: 1 << place for place, channel in enumerate(LOYALTY_CHANNELS)}
ALL = sum(BITS.values())


def bits_of(channels: Iterable[str]) -> int:
    """The number in which exactly these channels are on."""
    return sum({BITS[Channel(channel)] for channel in channels})


def channels_of(bits: int) -> tuple[Channel, ...]:
    """The channels that are on in this number."""
    return tuple(channel for channel, bit in BITS.items() if bits & bit)
