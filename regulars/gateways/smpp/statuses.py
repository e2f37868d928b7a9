"""What an SMSC's answer means for the message: SMPP 3.4 section 5.1.3 and the vendors' remarks."""

from collections.abc import Mapping

from regulars.messages.gateway import Outcome

ROK = 0x00
RX_T_APPN = 0x64
RX_P_APPN = 0x65
# The SMSC lost track of our session: the link is rebuilt after one of these.
REBIND = frozenset({0x02, 0x03, 0x04})
# Refused sign-ins that only new settings can mend: too many sessions, bind failed, password, name, system type.
REFUSED_SIGN_IN = frozenset({0x05, 0x0D, 0x0E, 0x0F, 0x53})

_OUTCOMES: dict[Outcome, tuple[int, ...]] = {
    Outcome.ACCEPTED: (ROK,),
    # Length, class, schedule, expiry, stored message, registered delivery; permanent refusals; optional parameters.
    Outcome.FAILED: (
        *(0x01, 0x43, 0x61, 0x62, 0x63, 0x42),
        *(0x11, 0x13, 0x67),
        *(RX_P_APPN, 0xFE),
        *(0xC0, 0xC1, 0xC2, 0xC3, 0xC4),
    ),
    Outcome.RETIRE: (0x0B, 0x50, 0x51, 0x33, 0x40),
    Outcome.SLOW: (0x14, 0x58),
    Outcome.CREDENTIALS: (0x05, 0x0A, 0x0D, 0x0E, 0x0F, 0x15, 0x48, 0x49, 0x53),
    Outcome.LATER: (*sorted(REBIND), 0x08, 0x45, RX_T_APPN, 0xFF),
}
_BY_STATUS = {status: outcome for outcome, statuses in _OUTCOMES.items() for status in statuses}


def outcome_of(status: int, vendor: Mapping[int, Outcome]) -> Outcome:
    """Say what a command_status means for the message; what nobody knows is `later`, and the attempts are counted."""
    return vendor.get(status) or _BY_STATUS.get(status, Outcome.LATER)


def code_of(status: int) -> str:
    """Write a command_status as the specification does."""
    return f"0x{status:02X}"
