"""What every line of the log has and has not: the id of its request, and no secret from an address."""

import logging
import re

from regulars.kit.request import request_id

_LINK = re.compile(r"/(u|preferences)/[^\s/?]+")


class RequestNamed(logging.Filter):
    """Puts the id of the request into the line, the one that its answer and its header have."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name the request, and let the line pass."""
        record.request_id = request_id.get() or "-"
        return True


class LinksMasked(logging.Filter):
    """Replaces the token of a personal link by three dots, in the sentence and in what it is made of."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask, and let the line pass."""
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(value) for value in record.args)
        return True


def _masked(value: object) -> object:
    return _LINK.sub(r"/\1/…", value) if isinstance(value, str) else value
