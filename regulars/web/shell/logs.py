"""Keeps secrets that stand in addresses out of the logs."""

import logging
import re

_LINK = re.compile(r"/u/[^\s/?]+")


class LinksMasked(logging.Filter):
    """Replaces the token of a personal link by three dots, in the sentence and in what it is made of."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask, and let the line pass."""
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(value) for value in record.args)
        return True


def _masked(value: object) -> object:
    return _LINK.sub("/u/…", value) if isinstance(value, str) else value
