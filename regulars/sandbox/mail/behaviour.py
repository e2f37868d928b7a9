"""How the stand-in mail server is told to misbehave, and what certain addresses always do."""

from dataclasses import dataclass
from typing import Any

from regulars.sandbox.behaviour import Changeable

# The enhanced codes that usually go with an answer that is told as a bare number.
_TEXTS = {
    421: "421 4.3.2 Closing, try again later",
    450: "450 4.2.1 Mailbox busy, try again later",
    451: "451 4.3.0 Try again later",
    452: "452 4.2.2 Mailbox full",
    454: "454 4.7.0 Cannot look that up now, try again later",
    530: "530 5.7.0 Sign in first",
    535: "535 5.7.8 Wrong name or password",
    550: "550 5.1.1 No such mailbox",
    552: "552 5.3.4 Too large",
    553: "553 5.1.3 No such address",
    554: "554 5.7.1 Refused",
}


@dataclass(slots=True)
class MailBehaviour(Changeable):
    """What the mail server does to its clients; everything can be changed while it runs.

    Answers are told as a number (550) or as a whole line ("550 5.7.1 Not you"); 0 or "" switches a refusal off, and an
    answer of 421 also closes the link. Shares lie between 0 and 1; `drop_next` and `cut_after` run down to 0 and are
    then off.
    """

    answer_delay_ms: int = 0
    """Wait so long between writing a mail down and answering."""
    answer_jitter_ms: int = 0
    """And up to this much more, at random."""
    throttle_per_s: int = 0
    """Let so many mails begin in any second; the others hear `throttle_with` to their MAIL."""
    throttle_with: str = "451 4.7.1 Too many mails in this second, try again later"
    mails_per_link: int = 0
    """After so many mails on one link the next MAIL hears 421, and the link is closed."""
    refuse_sign_in: str = ""
    demand_sign_in: bool = False
    """Take mails only from those who have signed in."""
    refuse_senders: str = ""
    refuse_recipients: str = ""
    refuse_mails: str = ""
    """The answer after the final dot."""
    temporary_share: float = 0.0
    """So many mails hear 451 after the final dot and are not written down."""
    drop_next: int = 0
    """Take so many more mails, write them down, and cut the link without answering."""
    drop_share: float = 0.0
    """The same, at random."""
    cut_after: int = 0
    """Cut all links at the so-manieth final dot from now, before that mail is written down."""
    deaf: bool = False
    """Read and say nothing, not even to those who connect."""
    magic: bool = True
    """Obey the magic local parts of addresses."""
    seed: int = 1

    def _checked(self, name: str, value: Any) -> Any:
        if isinstance(getattr(self, name, None), str) and type(value) is int:
            value = answer_of(value)
        return super(MailBehaviour, self)._checked(name, value)


@dataclass(frozen=True, slots=True)
class MailFate:
    """What becomes of mails to an address: refused so many times before or after the mail itself, answered or not."""

    refuse_with: str = ""
    refuse_times: int = 0
    refuse_mail_with: str = ""
    is_answered: bool = True


ORDINARY = MailFate()
_ALWAYS = 1_000_000_000
# By the local part, up to a plus sign: nobody+anna@example.com is nobody, too.
_MAGIC = {
    "nobody": MailFate(refuse_with="550 5.1.1 No such mailbox", refuse_times=_ALWAYS),
    "full": MailFate(refuse_with="452 4.2.2 Mailbox full", refuse_times=_ALWAYS),
    "later": MailFate(refuse_with="451 4.7.1 Greylisted, try again later", refuse_times=2),
    "spam": MailFate(refuse_mail_with="554 5.7.1 Looks like spam"),
    "silent": MailFate(is_answered=False),
}


def answer_of(code: int) -> str:
    """Write the whole line of an answer that was told as a number."""
    return _TEXTS.get(code, f"{code} {code // 100}.0.0 Refused") if code else ""


def fate_of(address: str, behaviour: MailBehaviour) -> MailFate:
    """Say what becomes of mails to this address."""
    local_part = address.rpartition("@")[0].partition("+")[0].lower()
    return _MAGIC.get(local_part, ORDINARY) if behaviour.magic else ORDINARY
