"""Writing a mail: headers and bodies as they travel (RFC 5322, 2045 to 2047), written by hand and quickly.

The standard library's newer policies lose signs of long subjects that are not Latin, and cost milliseconds a mail; its
older `Header` does neither, and is used here.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate
from urllib.parse import urlsplit

from regulars.gateways.smtp.addresses import BadAddress, Mailbox, is_one_line, travelling
from regulars.gateways.smtp.settings import SmtpSettings
from regulars.messages.gateway import HandOver, Outcome

_LONGEST_PLAIN = 66  # what surely fits on a line of 78 signs behind the name of its header
_LONGEST_LINE = 78  # RFC 5322 2.1.1
_LONGEST_URL = 900  # a header's line ends at 998, and this one is never folded


class Unsendable(Exception):
    """This mail is not even offered to the server; `outcome` and `code` say what becomes of it."""

    def __init__(self, outcome: Outcome, code: str) -> None:
        super().__init__(code)
        self.outcome = outcome
        self.code = code


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address, as it travels: lines end with CRLF, and a dot at their beginning is doubled.

    `is_international` says that an address needs SMTPUTF8 (RFC 6531). `message_id` has no brackets and is the same in
    every attempt, so that a mail sent twice can be recognised.
    """

    message_id: str
    sender: str
    address: str
    octets: bytes
    is_international: bool = False


def write(hand_over: HandOver, said: SmtpSettings) -> Mail:
    """Write the mail of a hand-over. Raises Unsendable."""
    if not hand_over.references:
        raise Unsendable(Outcome.FAILED, "references")
    try:
        address = travelling(hand_over.address)
    except BadAddress:
        raise Unsendable(Outcome.RETIRE, "address") from None
    message_id = f"{hand_over.references[0]}.{hand_over.message_id}@{said.id_domain}"
    headers = _headers(hand_over, _mailbox(hand_over.sender, said), address, message_id, said)
    content = _alternatives(hand_over, message_id) if hand_over.html else _leaf("plain", hand_over.text)
    octets = "".join(f"{name}: {value}\r\n" for name, value in headers).encode() + content
    return Mail(message_id, said.bounces_to, address, octets.replace(b"\n.", b"\n.."), not address.isascii())


def _mailbox(sender: str, said: SmtpSettings) -> Mailbox:
    """Say who a mail is from: the settings, with another name, or an address that stands in for them altogether.

    An unfit one stops the gateway, as with every provider: somebody must correct it, and until then nothing is lost.
    """
    sender = sender.strip()
    if not is_one_line(sender):
        raise Unsendable(Outcome.CREDENTIALS, "sender")
    if "@" not in sender:
        return Mailbox(said.mailbox.address, sender or said.mailbox.name)
    try:
        mailbox = Mailbox.read(sender)
    except BadAddress:
        raise Unsendable(Outcome.CREDENTIALS, "sender") from None
    if not mailbox.address.isascii():
        raise Unsendable(Outcome.CREDENTIALS, "sender")
    return mailbox


def _headers(
    hand_over: HandOver, sender: Mailbox, address: str, message_id: str, said: SmtpSettings
) -> Iterator[tuple[str, str]]:
    subject_line = hand_over.subject_line.strip()
    if not is_one_line(subject_line):
        raise Unsendable(Outcome.FAILED, "subject_line")
    yield "From", _shown(sender, "From")
    yield "To", address
    yield "Subject", _encoded(subject_line, "Subject")
    if said.reply_to:
        yield "Reply-To", _shown(Mailbox.read(said.reply_to), "Reply-To")
    yield "Date", formatdate()
    yield "Message-ID", f"<{message_id}>"
    if hand_over.unsubscribe_url:
        # RFC 2369 and RFC 8058: mail programs show a button, and press it for the reader with a POST.
        yield "List-Unsubscribe", f"<{_fit_url(hand_over.unsubscribe_url)}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    else:
        yield "Auto-Submitted", "auto-generated"  # RFC 3834: nobody's holiday reply comes back
    yield "MIME-Version", "1.0"


def _fit_url(url: str) -> str:
    """Refuse a mailing whose way out would not work."""
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" <>") and len(url) <= _LONGEST_URL
    if not is_plain or urlsplit(url).scheme not in ("https", "http"):
        raise Unsendable(Outcome.FAILED, "unsubscribe_url")
    return url


def _shown(mailbox: Mailbox, header: str) -> str:
    if not mailbox.name:
        return mailbox.address
    if mailbox.name.isascii() and len(mailbox.name) <= _LONGEST_PLAIN:
        quoted = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{mailbox.address}>'
    return f"{_encoded(mailbox.name, header)}\r\n <{mailbox.address}>"


def _encoded(text: str, header: str) -> str:
    """Write a text as a header's value: as it is, or as encoded words (RFC 2047) on lines that are not too long."""
    if text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _alternatives(hand_over: HandOver, message_id: str) -> bytes:
    """Write plain text first and HTML last, which is the better one (RFC 2046 5.1.4)."""
    boundary = f"=_{binascii.crc32(message_id.encode()):08x}"
    leaves = [_leaf("plain", hand_over.text)] if hand_over.text.strip() else []
    leaves.append(_leaf("html", hand_over.html))
    head = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    return b"".join(
        [
            head.encode(),
            *(f"\r\n--{boundary}\r\n".encode() + leaf for leaf in leaves),
            f"\r\n--{boundary}--\r\n".encode(),
        ]
    )


def _leaf(kind: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoding, encoded = _transfer(lines if lines.endswith(b"\n") else lines + b"\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + encoded.replace(b"\n", b"\r\n")


def _transfer(lines: bytes) -> tuple[str, bytes]:
    """Choose the encoding that any server passes on unchanged: none, for few foreign signs quoted, for many base64."""
    is_plain = lines.isascii() and max(map(len, lines.split(b"\n"))) <= _LONGEST_LINE
    if is_plain and b"=_" not in lines:  # boundaries begin like this, and no encoded line can
        return "7bit", lines
    foreign = len(lines) - len(lines.decode().encode("ascii", "ignore"))
    if foreign * 6 > len(lines):
        encoded = binascii.b2a_base64(lines.replace(b"\n", b"\r\n"), newline=False)
        return "base64", b"".join(encoded[at : at + 76] + b"\n" for at in range(0, len(encoded), 76))
    return "quoted-printable", binascii.b2a_qp(lines, istext=True)
