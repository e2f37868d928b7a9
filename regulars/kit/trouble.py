"""Trouble that passes by itself."""


class NotReached(Exception):
    """Somebody outside this process did not answer; what was to be told must be told again, however long it takes."""
