"""Who receives what comes over a pipe: systems register at start-up, the worker's bus calls them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.gateways.rabbitmq.pipes import SIGNATURE

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it came: its body, its id, who signed it and how."""

    message_id: str
    body: bytes
    signature: str


def letter_of(message: AbstractIncomingMessage) -> Letter:
    """The letter in a message of the broker, whatever its headers say."""
    signature = message.headers.get(SIGNATURE, "") if message.headers else ""
    return Letter(message.message_id or "", message.body, signature if isinstance(signature, str) else "")


class LetterRefused(Exception):
    """The letter can never be taken, now or later; the sentence says why, without its content."""


type Receive = Callable[[Letter, datetime], None]
"""Takes a letter, once, in a transaction of its own. Raises `LetterRefused`; anything else is tried again."""
type Judge = Callable[[Letter], str]
"""Says why a letter could not be taken as things stand now; nothing when it could. Changes nothing."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a system does with letters."""

    receive: Receive
    judge: Judge


_receivers: dict[str, Receiver] = {}


def register(system: str, receiver: Receiver) -> None:
    """Let letters to this system be taken by this receiver from now on."""
    _receivers[system] = receiver


def list_all() -> dict[str, Receiver]:
    """All receivers, by their system."""
    return dict(_receivers)
