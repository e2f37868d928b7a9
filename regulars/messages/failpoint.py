"""Named places where the process dies by SIGKILL when `REGULARS_FAILPOINT` says so: crashes that tests can aim at."""

import os
import signal

# "after_mark" dies at the first visit, "after_mark:7" at the seventh.
_NAME, _, _VISITS = os.environ.get("REGULARS_FAILPOINT", "").partition(":")
_left = int(_VISITS or 1)


def is_set(name: str) -> bool:
    """Whether this process is to die at this place."""
    return name == _NAME


def here(name: str) -> None:
    """Die if this is the place and the visit; otherwise this costs one comparison of strings."""
    global _left
    if name != _NAME:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
