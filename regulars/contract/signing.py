"""How the sisters sign what they send: HMAC-SHA256 over time and body, compared in constant time.

A request is good for five minutes. What waits in a queue or a folder may be days old: there the signature says only who
wrote it, and repeating is harmless by the rule of the bridge.
"""

import hashlib
import hmac

HEADER = "Regulars-Signature"
TOLERANCE_S = 300


def sign(key: str, body: bytes, at_s: int) -> str:
    """Make the header's value, `t=<Unix seconds>,v1=<hex>`."""
    mac = hmac.new(key.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mac}"


def is_signed(key: str, body: bytes, header: str, at_s: int) -> bool:
    """Tell whether the body was signed with the key within the last five minutes."""
    stamp = _stamp(header)
    return stamp is not None and abs(at_s - stamp) <= TOLERANCE_S and is_authentic(key, body, header)


def is_authentic(key: str, body: bytes, header: str) -> bool:
    """Tell whether the body was signed with the key at any time."""
    stamp = _stamp(header)
    return stamp is not None and hmac.compare_digest(sign(key, body, stamp).encode(), header.encode("utf-8", "replace"))


def _stamp(header: str) -> int | None:
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = fields.get("t", "")
    return int(stamp) if stamp.isdecimal() and len(stamp) <= 12 else None
