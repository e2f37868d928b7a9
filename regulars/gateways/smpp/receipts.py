"""Reading delivery receipts: the optional parameters first, then the text, tolerantly."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from smpp34 import DeliverSm

from regulars.gateways.smpp.settings import SmppSettings
from regulars.messages.gateway import Receipt, ReceiptState

RECEIPTED_MESSAGE_ID = 0x001E
USER_MESSAGE_REFERENCE = 0x0204
NETWORK_ERROR_CODE = 0x0423
MESSAGE_PAYLOAD = 0x0424
MESSAGE_STATE = 0x0427

_KIND = 0x3C
_RECEIPT = 0x04
_INTERMEDIATE = 0x20

_STATES = {
    "ENROUTE": ReceiptState.ACCEPTED,
    "BUFFRED": ReceiptState.ACCEPTED,
    "ACCEPTD": ReceiptState.ACCEPTED,
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED,
    "UNDELIV": ReceiptState.FAILED,
    "FAILED": ReceiptState.FAILED,
    "SYSERR": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
    "NOCRED": ReceiptState.FAILED,
    "UNKNOWN": ReceiptState.UNKNOWN,
}
# The values of the parameter message_state, in the words of the text form.
_NUMBERED = dict(
    enumerate(("ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"), start=1)
)

_KEYS = r"id|sub|dlvrd|submit ?date|done ?date|stat|err"
_FIELD = re.compile(rf"\b({_KEYS})\s*:\s*((?!(?:{_KEYS})\s*:)\S*)", re.IGNORECASE)
_TEXT = re.compile(r"\btext\s*:", re.IGNORECASE)
_DATES = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S", 14: "%Y%m%d%H%M%S"}


def read_receipt(pdu: DeliverSm, settings: SmppSettings) -> Receipt | None:
    """Read a deliver_sm as a receipt; None when it is something else, such as an answer somebody typed."""
    parameters = {one.tag: one.value for one in pdu.tlvs}
    kind = pdu.esm_class & _KIND
    if not kind & _RECEIPT and kind != _INTERMEDIATE and RECEIPTED_MESSAGE_ID not in parameters:
        return None

    said = _read_text(_text(pdu, parameters))
    stat = _NUMBERED.get(parameters.get(MESSAGE_STATE, b"\0")[-1:][0], "") or said.get("stat", "").upper()
    err = said.get("err", "") or parameters.get(NETWORK_ERROR_CODE, b"").hex()
    provider_id = _c_string(parameters.get(RECEIPTED_MESSAGE_ID, b"")) or said.get("id", "")
    return Receipt(
        provider_id=receipt_id(provider_id, settings.id_format),
        reference=_number(parameters.get(USER_MESSAGE_REFERENCE)),
        state=_STATES.get(stat, ReceiptState.UNKNOWN),
        code=f"{stat} {err}".strip(),
        at=_read_date(said.get("donedate", ""), settings.receipt_zone),
        address=_address(pdu),
        dead_address=_STATES.get(stat) is ReceiptState.FAILED and _is_dead(err, settings),
    )


def response_id(provider_id: str, id_format: str) -> str:
    """Write the id of an answer in the form that is compared with receipts."""
    return _canonical(provider_id, id_format, is_hex=id_format == "response_hex")


def receipt_id(provider_id: str, id_format: str) -> str:
    """Write the id of a receipt in the form that is compared with answers."""
    return _canonical(provider_id, id_format, is_hex=id_format == "receipt_hex")


def _canonical(provider_id: str, id_format: str, *, is_hex: bool) -> str:
    if id_format == "same":
        return provider_id
    if id_format == "strip_zeros":
        return provider_id.lstrip("0").upper() or provider_id
    try:
        return str(int(provider_id, 16 if is_hex else 10))
    except ValueError:
        return provider_id


def _text(pdu: DeliverSm, parameters: dict[int, bytes]) -> str:
    octets = pdu.short_message or parameters.get(MESSAGE_PAYLOAD, b"")
    return octets.decode("utf-16-be" if pdu.data_coding == 0x08 else "latin-1", errors="replace")


def _read_text(text: str) -> dict[str, str]:
    """Take the fields apart. What follows `text:` is the message itself and may look like a field."""
    head = _TEXT.split(text, maxsplit=1)[0]
    found: dict[str, str] = {}
    for match in _FIELD.finditer(head):
        found.setdefault(match[1].lower().replace(" ", ""), match[2])
    return found


def _read_date(digits: str, zone: str) -> datetime | None:
    try:
        return datetime.strptime(digits, _DATES[len(digits)]).replace(tzinfo=ZoneInfo(zone))
    except (KeyError, ValueError):
        return None


def _address(pdu: DeliverSm) -> str:
    """Find the phone. Some centres swap source and destination in receipts, so the one that is a number counts."""
    for address in (pdu.source_addr, pdu.destination_addr):
        digits = address.removeprefix("+")
        if digits.isdecimal():
            return f"+{digits}"
    return ""


def _is_dead(err: str, settings: SmppSettings) -> bool:
    return (err.lstrip("0") or "0") in {dead.lstrip("0") or "0" for dead in settings.dead_errors}


def _c_string(octets: bytes) -> str:
    return octets.split(b"\0", 1)[0].decode("latin-1")


def _number(octets: bytes | None) -> int | None:
    return int.from_bytes(octets) if octets else None
