"""What people are asked about messages when they join by themselves, word for word; consent remembers which words it were.

A wording that was shown is never changed. Other words are another version: count up, and keep the old one in `EARLIER`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A question beside a box that is not ticked; `{programme}` stands for the programme's name."""

    code: str
    locale: str
    text: str

    def asked_by(self, programme: str) -> str:
        """The question as it is shown."""
        return self.text.replace("{programme}", programme)


ENGLISH = Wording(
    "joining-1-en",
    "en",
    "{programme} may write to me by SMS, email, push, Viber and social networks: about offers, news and my points."
    " I can turn each of these off at any time, one by one or all together.",
)
RUSSIAN = Wording(
    "joining-1-ru",
    "ru",
    "«{programme}» может писать мне по SMS, электронной почте, в push-уведомлениях, Viber и социальных сетях:"
    " об акциях, новостях и моих баллах. Я могу в любой момент отключить что-то одно или всё сразу.",
)
NOW = (ENGLISH, RUSSIAN)
EARLIER: Sequence[Wording] = ()


def spoken(locale: str) -> Wording:
    """The wording in this language, else in English."""
    return next((wording for wording in NOW if wording.locale == locale), ENGLISH)


def is_known(code: str) -> bool:
    """Whether these words were ever shown to anybody."""
    return any(wording.code == code for wording in (*NOW, *EARLIER))
