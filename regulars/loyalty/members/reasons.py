"""Reasons as codes: what the journal keeps for ever names nobody, so no free text gets into it; pure."""

import re

from regulars.kit.refusal import Refusal

_CODE = re.compile(r"[a-z0-9_-]{0,60}")


class ReasonIsNoCode(Refusal):
    """A reason was told in words where the journal keeps codes."""

    code = "reason_is_no_code"


def is_code(reason: str) -> bool:
    """Tell whether a reason is a short code, or empty."""
    return _CODE.fullmatch(reason) is not None


def checked(reason: str) -> str:
    """Give the reason back when it is a code; raises `ReasonIsNoCode` otherwise."""
    if not is_code(reason):
        raise ReasonIsNoCode(
            "Choose a reason from the list: own words would stay in the journal for ever.", field="reason"
        )
    return reason
