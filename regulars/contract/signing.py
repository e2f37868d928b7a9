"""How the sisters sign what they send: HMAC-SHA256 over time and body, compared in constant time."""

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
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = fields.get("t", "")
    if not stamp.isdecimal() or len(stamp) > 12 or abs(at_s - int(stamp)) > TOLERANCE_S:
        return False
    return hmac.compare_digest(sign(key, body, int(stamp)).encode(), header.encode("utf-8", "replace"))
