"""The PDUs of SMPP 3.4 that the stand-in SMSC reads and writes."""

import struct
from dataclasses import dataclass, field

RESPONSE = 0x80000000
GENERIC_NACK = 0x80000000
BIND_RECEIVER = 0x01
BIND_TRANSMITTER = 0x02
SUBMIT_SM = 0x04
DELIVER_SM = 0x05
UNBIND = 0x06
BIND_TRANSCEIVER = 0x09
ENQUIRE_LINK = 0x15

ROK = 0x00
RINVMSGLEN = 0x01
RINVCMDLEN = 0x02
RINVCMDID = 0x03
RINVBNDSTS = 0x04
RALYBND = 0x05
RSYSERR = 0x08
RINVSRCADR = 0x0A
RINVDSTADR = 0x0B
RINVPASWD = 0x0E
RINVSYSID = 0x0F
RMSGQFUL = 0x14
RTHROTTLED = 0x58
RINVPARLEN = 0xC2

RECEIPTED_MESSAGE_ID = 0x001E
USER_MESSAGE_REFERENCE = 0x0204
SAR_REFERENCE = 0x020C
SAR_TOTAL = 0x020E
SAR_NUMBER = 0x020F
NETWORK_ERROR_CODE = 0x0423
MESSAGE_PAYLOAD = 0x0424
MESSAGE_STATE = 0x0427

HEADER = struct.Struct(">IIII")
LONGEST = 0x11000


class Malformed(Exception):
    """A PDU that cannot be read; `status` is what its sender is told."""

    def __init__(self, status: int) -> None:
        super().__init__(f"0x{status:02X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Bind:
    """Who wants to sign in."""

    system_id: str
    password: str


@dataclass(frozen=True, slots=True)
class Message:
    """The body of a submit_sm or deliver_sm."""

    source: str
    destination: str
    octets: bytes
    source_ton: int = 0
    source_npi: int = 0
    destination_ton: int = 1
    destination_npi: int = 1
    esm_class: int = 0
    validity: str = ""
    registered: int = 0
    coding: int = 0
    parameters: dict[int, bytes] = field(default_factory=dict)


def pack(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    """Write a whole PDU."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def c_string(text: str) -> bytes:
    """Write a string with its closing zero."""
    return text.encode("latin-1", errors="replace") + b"\0"


def read_bind(body: bytes) -> Bind:
    """Read the body of any of the three binds. Raises Malformed."""
    body_reader = _Reader(body)
    return Bind(body_reader.c_string(16), body_reader.c_string(9))


def read_message(body: bytes) -> Message:
    """Read the body of a submit_sm or deliver_sm. Raises Malformed."""
    reader = _Reader(body)
    reader.c_string(6)
    source_ton, source_npi, source = reader.octet(), reader.octet(), reader.c_string(21)
    destination_ton, destination_npi, destination = reader.octet(), reader.octet(), reader.c_string(21)
    esm_class, _protocol, _priority = reader.octet(), reader.octet(), reader.octet()
    _schedule, validity = reader.c_string(17), reader.c_string(17)
    registered, _replace, coding, _stored, length = (reader.octet() for _ in range(5))
    octets = reader.octets(length, RINVMSGLEN)
    parameters = reader.parameters()
    return Message(
        source=source,
        destination=destination,
        octets=octets or parameters.get(MESSAGE_PAYLOAD, b""),
        source_ton=source_ton,
        source_npi=source_npi,
        destination_ton=destination_ton,
        destination_npi=destination_npi,
        esm_class=esm_class,
        validity=validity,
        registered=registered,
        coding=coding,
        parameters=parameters,
    )


def write_message(message: Message) -> bytes:
    """Write the body of a submit_sm or deliver_sm."""
    return b"".join(
        (
            b"\0",
            bytes([message.source_ton, message.source_npi]) + c_string(message.source),
            bytes([message.destination_ton, message.destination_npi]) + c_string(message.destination),
            bytes([message.esm_class, 0, 0]) + b"\0" + c_string(message.validity),
            bytes([message.registered, 0, message.coding, 0, len(message.octets)]) + message.octets,
            *(struct.pack(">HH", tag, len(value)) + value for tag, value in message.parameters.items()),
        )
    )


class _Reader:
    """Walks through a body and refuses what does not fit."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def octet(self) -> int:
        return self.octets(1)[0]

    def octets(self, count: int, status: int = RINVPARLEN) -> bytes:
        end = self._at + count
        if end > len(self._body):
            raise Malformed(status)
        taken, self._at = self._body[self._at : end], end
        return taken

    def c_string(self, room: int) -> str:
        """Read up to the closing zero, which counts into `room`."""
        end = self._body.find(b"\0", self._at, self._at + room)
        if end < 0:
            raise Malformed(RINVPARLEN)
        taken, self._at = self._body[self._at : end], end + 1
        return taken.decode("latin-1")

    def parameters(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            tag, length = struct.unpack(">HH", self.octets(4))
            found[tag] = self.octets(length)
        return found
