"""Puts a dump into an empty database in one transaction: all of it is there afterwards, or nothing."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

from regulars.kit import schema_state
from regulars.management.backup import programs
from regulars.management.backup.archive import DATABASE, Archive
from regulars.management.backup.programs import Programs, ToolFailed

# Said at the beginning of a dump, and not understood by servers that are older than the program which made it.
_NOT_UNDERSTOOD = (b"SET transaction_timeout = 0;\n",)
_HEAD = 16_384
_CHUNK = 1 << 20
# What a restore that came to no end has left is cleared away in the same transaction.
_CLEAR = b"drop schema public cascade; create schema public;\n"
_APP, _, _NAME = schema_state.UNFINISHED.partition(".")
_UNFINISHED = f"insert into public.django_migrations (app, name, applied) values ('{_APP}', '{_NAME}', now());\n"


def load(archive: Archive, name: str, *, chosen: Programs, is_cleared: bool = False) -> None:
    """Load the backup's dump into the database of this name and mark it as not finished, in one transaction.

    Raises `ToolFailed`, and then the database is as it was.
    """
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as other_words:
        restore = subprocess.Popen(
            [chosen["pg_restore"], "--no-owner", "--no-privileges", "--file=-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, env=programs.environment(),
        )  # fmt: skip
        psql = subprocess.Popen(
            [chosen["psql"], "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-f", "-"],
            stdin=subprocess.PIPE, stderr=other_words, stdout=subprocess.DEVNULL, env=programs.environment(name),
        )  # fmt: skip
        feeder = threading.Thread(target=_feed, args=[archive, restore], daemon=True)
        feeder.start()
        try:
            is_whole = _pass_on(restore, psql, is_cleared)
        except BaseException:
            restore.kill()
            psql.kill()  # before its commit: nothing is there
            raise
        finally:
            restore.wait()
            psql.wait()
        if psql.returncode or not is_whole:
            said = programs.last_words(other_words) or programs.last_words(words)
            raise ToolFailed(f"The database could not be restored: {said}")


def _feed(archive: Archive, restore: subprocess.Popen[bytes]) -> None:
    assert restore.stdin is not None
    try:
        for chunk in archive.chunks(DATABASE):
            restore.stdin.write(chunk)
        restore.stdin.close()
    except BrokenPipeError:
        pass  # it has ended, and says why
    except BaseException:
        restore.kill()
        raise


def _pass_on(restore: subprocess.Popen[bytes], psql: subprocess.Popen[bytes], is_cleared: bool) -> bool:
    """Hand the script from one program to the other. The end of the transaction is said only when all of it came."""
    assert restore.stdout is not None
    assert psql.stdin is not None
    try:
        if is_cleared:
            psql.stdin.write(_CLEAR)
        for chunk in _understood(restore.stdout):
            psql.stdin.write(chunk)
        is_whole = restore.wait() == 0
        psql.stdin.write(_UNFINISHED.encode() if is_whole else b"\n\\warn incomplete\nselect 1/0;\n")
        psql.stdin.close()
    except BrokenPipeError:
        return False
    return is_whole


def _understood(script: IO[bytes]) -> Iterator[bytes]:
    head = script.read(_HEAD)
    for line in _NOT_UNDERSTOOD:
        head = head.replace(line, b"")
    yield head
    while chunk := script.read(_CHUNK):
        yield chunk
