"""What a mailing would reach and cost, tallied from people who were looked at, all of them or a sample; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from regulars.messages import parts
from regulars.messages.cost import Cost, cost_of

_MOST_CHARACTERS = 12
_NEEDED = 4  # when more than one letter in so many is none of GSM-7, the language itself has to be UCS-2


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a start would reach and cost. When not exact, all but `size` and `reachable` are projected from a sample.

    `cost_micros` is in millionths of the unit of money; `has_prices` is whether there is a price list at all, and
    `unpriced_parts` are parts to addresses that it does not name.
    """

    size: int = 0
    reachable: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    is_exact: bool = True
    locales: dict[str, int] = field(default_factory=dict)
    messages_by_parts: dict[str, int] = field(default_factory=dict)
    encodings: dict[str, int] = field(default_factory=dict)
    costly_characters: list[str] = field(default_factory=list)
    parts: int = 0
    cost_micros: int = 0
    unpriced_parts: int = 0
    has_prices: bool = False
    sampled: int = 0
    unrenderable: int = 0

    def stored(self) -> dict[str, Any]:
        """The estimate as its run keeps it."""
        return asdict(self)


class Tally:
    """Counts people one by one: who is left out and why, and what each of the others costs over this channel."""

    def __init__(self, channel: str, prices: Mapping[str, int]) -> None:
        self.reachable = 0
        self._channel, self._prices = channel, prices
        self._cost = Cost()
        self._unrenderable = 0
        self._left_out: Counter[str] = Counter()
        self._locales: Counter[str] = Counter()
        self._by_parts: Counter[str] = Counter()
        self._encodings: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()

    def leave_out(self, reasons: Iterable[str]) -> None:
        """People who get nothing, each for a reason."""
        self._left_out.update(reasons)

    def add(self, locale: str, address: str, text: str | None) -> None:
        """Somebody who gets it in this language; `text` is an SMS, None when it cannot be made. An email is one part."""
        self.reachable += 1
        self._locales[locale] += 1
        if self._channel != "sms":
            self._cost += cost_of([(address, 1)], self._prices)
        elif cut := _cut(text):
            self._encodings[cut.encoding] += 1
            self._by_parts[str(min(len(cut.parts), 3))] += 1
            self._cost += cost_of([(address, len(cut.parts))], self._prices)
            self._characters.update(strangers("".join(cut.parts)))
        else:
            self._unrenderable += 1

    def told(self, *, size: int, reachable: int, is_exact: bool, sampled: int) -> Estimate:
        """The tally of the `sampled` people who were looked at as figures about all for whom they stand."""

        def scaled(count: int, of: int, to: int) -> int:
            return count if is_exact else (count * to + of // 2) // max(1, of)

        def reached(count: int) -> int:
            return scaled(count, self.reachable, reachable)

        return Estimate(
            size=size,
            reachable=reachable,
            left_out={reason: scaled(n, sampled, size) for reason, n in self._left_out.most_common()},
            is_exact=is_exact,
            locales={locale: reached(n) for locale, n in self._locales.most_common()},
            messages_by_parts={count: reached(n) for count, n in sorted(self._by_parts.items())},
            encodings={encoding: reached(n) for encoding, n in self._encodings.most_common()},
            costly_characters=[character for character, _ in self._characters.most_common(_MOST_CHARACTERS)],
            parts=reached(self._cost.parts),
            cost_micros=reached(self._cost.micros),
            unpriced_parts=reached(self._cost.unpriced_parts),
            has_prices=bool(self._prices),
            sampled=sampled,
            unrenderable=reached(self._unrenderable),
        )


def strangers(text: str) -> list[str]:
    """The characters that make an SMS expensive and could be spared: none when its language needs them."""
    costly = parts.costly_characters(text)
    letters = [character for character in text if character.isalpha()]
    is_needed = sum(letter in costly for letter in letters) * _NEEDED > len(letters)
    return [] if is_needed else costly


def _cut(text: str | None) -> parts.Parts | None:
    try:
        return None if text is None else parts.split(text)
    except parts.TextTooLong:
        return None
