"""How little of an address or number to show, so that people recognise it and nobody can use it; pure."""

from regulars.kit import phone


def contact(address: str) -> str:
    """A phone as `+44 ••• 42`, a mailbox as `a•••@example.org`; nothing stays nothing."""
    if not address:
        return ""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if at else phone.masked(address)
