"""What a server's reply means for the mail: RFC 5321 4.2.3, the enhanced codes of RFC 3463, and what servers write.

A reply is judged by the command that it answers, for "550" about our own address must not retire the recipient's. The
enhanced code says more than the reply code, and where there is none the words decide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from regulars.messages.gateway import Outcome

_LONGEST_CODE = 90
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")


class Stage(StrEnum):
    """Which command a reply answers; `end` is the lone dot after the mail."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END = "end"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply code and the text behind it."""

    code: int
    text: str = ""

    @property
    def enhanced(self) -> str:
        """The enhanced code of RFC 3463, if the text begins with one of the same class."""
        found = _ENHANCED.match(self.text)
        return found[1] if found and found[1][0] == str(self.code)[0] else ""


# Whatever the command was: sign-in and TLS (RFC 4954 6, RFC 3207 4).
_SIGN_IN = (454, 530, 534, 535, 538)
# RFC 3463 3.2 to 3.8, RFC 5248, RFC 6531 3.7.4.2, RFC 7372, and what large receivers added. All of 5.1.x that is not about
# us is about the recipient; what is not named here is *later* or *failed* by its class.
_BY_ENHANCED: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.RETIRE: ("5.2.1", "5.6.7"),  # a disabled mailbox; an international address that cannot be reached
    Outcome.CREDENTIALS: (
        *("5.1.7", "5.1.8"),  # our address
        *("5.7.3", "5.7.8", "5.7.9", "5.7.11", "5.7.60"),  # sign-in; sending as somebody else
        *("5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.25", "5.7.26", "5.7.27"),  # DKIM, SPF, DMARC, PTR
    ),
    Outcome.LATER: ("5.2.2",),  # a full mailbox is not a dead one
    Outcome.SLOW: ("4.3.2", "4.5.3", "4.7.0", "4.7.28"),
}
# Where the enhanced code is missing or says no more than "policy", the first line whose words occur decides.
_VAGUE = ("", "5.0.0", "5.5.0", "5.5.1", "5.7.0", "5.7.1")
_WORDS: Sequence[tuple[Outcome, re.Pattern[str]]] = [
    (outcome, re.compile(pattern, re.IGNORECASE))
    for outcome, pattern in (
        (Outcome.CREDENTIALS, r"relay|authenticat|sender address|source address|not owned by"),
        (
            Outcome.LATER,
            r"mailbox (is )?full|over ?quota|quota exceeded|exceeded storage|internal server error|try again",
        ),
        (Outcome.RETIRE, r"user unknown|unknown user|no such (user|recipient|mailbox|address)|invalid recipient"),
        (Outcome.RETIRE, r"(user|recipient|account|mailbox|address) (does not exist|not found)"),
        (Outcome.FAILED, r"spam|block|black ?list|deny|denied|policy|reputation|virus|content|too large|size"),
    )
]
_TOO_FAST = re.compile(r"\b(too (many|fast|much)|rates?|throttl|slow down|limit)", re.IGNORECASE)
_GREYLIST = re.compile(r"gr[ae]y", re.IGNORECASE)
# What remains: a refused sender is ours to correct, a refused recipient is dead, a refused mail is the mail's fault. 552
# at RCPT is a full mailbox (RFC 5321 4.2.3), elsewhere a mail too large (RFC 1870 6.1); 521 and 556: RFC 7504.
_BY_STAGE: Mapping[Stage, Mapping[Outcome, tuple[int, ...]]] = {
    Stage.MAIL: {Outcome.CREDENTIALS: (550, 551, 553, 554)},
    Stage.RCPT: {Outcome.RETIRE: (521, 550, 551, 553, 556), Outcome.LATER: (552,)},
    Stage.DATA: {},
    Stage.END: {},
}


def outcome_of(stage: Stage, reply: Reply) -> Outcome:
    """Say what a reply means for the mail; of what nobody knows, the first digit tells whether it may pass later."""
    if reply.code // 100 == 2:
        return Outcome.ACCEPTED
    if reply.code in _SIGN_IN:
        return Outcome.CREDENTIALS
    if reply.code // 100 != 5:
        return _transient(reply)
    outcome = _permanent(stage, reply)
    if stage is Stage.MAIL and (outcome is Outcome.RETIRE or reply.enhanced.startswith("5.7.")):
        return Outcome.CREDENTIALS  # nobody has spoken of the recipient yet
    return outcome


def _transient(reply: Reply) -> Outcome:
    if _GREYLIST.search(reply.text) or reply.enhanced.startswith(("4.1.", "4.2.")):
        return Outcome.LATER
    is_too_fast = reply.enhanced in _BY_ENHANCED[Outcome.SLOW] or _TOO_FAST.search(reply.text)
    return Outcome.SLOW if is_too_fast else Outcome.LATER


def _permanent(stage: Stage, reply: Reply) -> Outcome:
    if known := _find(_BY_ENHANCED, reply.enhanced):
        return known
    if reply.enhanced.startswith("5.1."):
        return Outcome.RETIRE
    if reply.enhanced in _VAGUE:
        for outcome, words in _WORDS:
            if words.search(reply.text):
                return outcome
    if reply.enhanced in ("", "5.0.0"):
        return _find(_BY_STAGE[stage], reply.code) or Outcome.FAILED
    return Outcome.FAILED


def _find[Key](table: Mapping[Outcome, tuple[Key, ...]], key: Key) -> Outcome | None:
    return next((outcome for outcome, keys in table.items() if key in keys), None)


def code_of(reply: Reply, address: str = "") -> str:
    """Write a reply down, shortly and without the recipient.

    A refusal also loses numbers and links, which differ each time: so that a thousand equal refusals read alike. Of an
    acceptance they are kept, because the server's own log is searched by them.
    """
    local = address.rpartition("@")[0]
    text = "".join(sign if sign.isascii() and sign.isprintable() else " " for sign in reply.text)
    if local:
        text = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "", text, flags=re.IGNORECASE)
    words = [word for word in text.split() if "@" not in word]
    if reply.code // 100 != 2:
        words = [word for word in words if word == reply.enhanced or not re.search(r"\d|://", word)]
    return " ".join([str(reply.code), *words])[:_LONGEST_CODE].rstrip()
