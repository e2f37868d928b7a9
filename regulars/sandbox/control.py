"""Telling running stand-ins what to do, from another process: JSON lines over a port of this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.sandbox.mail.server import MailServer
    from regulars.sandbox.smsc import Smsc

_LONGEST_LINE = 1 << 20


def refuse_other_machines(host: str) -> None:
    """Raise ValueError unless the host is this machine alone."""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"The stand-in takes messages of anybody who knows its password; {host} is open to others.")


async def serve_control(
    smsc: Smsc, host: str = "127.0.0.1", port: int = 0, *, mail: MailServer | None = None
) -> asyncio.Server:
    """Open the control port. One JSON object on a line is a wish, one on a line is the answer.

    Wishes: `{"command": "get"}`, `{"command": "set", "behaviour": {…}}`, `{"command": "reset"}`,
    `{"command": "cut"}`, `{"command": "stats"}`; `{"command": "messages", "since": n}` of the SMSC and
    `{"command": "mails", "since": n}` of the mail server. The first five speak of the SMSC unless the wish says
    `"of": "mail"`. Answers have `ok`, and `error` in words when it is false.
    """
    refuse_other_machines(host)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(_answer(smsc, mail, line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # gone, or a line too long to be a wish
        finally:
            writer.close()

    return await asyncio.start_server(converse, host, port, limit=_LONGEST_LINE)


async def ask(port: int, command: str, *, host: str = "127.0.0.1", **wish: Any) -> dict[str, Any]:
    """Send one wish and return the answer. Raises ValueError with the stand-in's words if it refuses.

    `of="mail"` speaks to the mail server, nothing or `of="sms"` to the SMSC.
    """
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 28)
    try:
        writer.write(json.dumps({"command": command, **wish}).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await reader.readline())
    finally:
        writer.close()
    if not answer.pop("ok"):
        raise ValueError(answer["error"])
    return answer


def _answer(smsc: Smsc, mail: MailServer | None, line: bytes) -> dict[str, Any]:
    try:
        wish = json.loads(line)
        return {"ok": True, **_obey(smsc, mail, wish)}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return {"ok": False, "error": str(error)}


def _obey(smsc: Smsc, mail: MailServer | None, wish: dict[str, Any]) -> dict[str, Any]:
    asked = _asked(smsc, mail, wish.get("of", "sms"))
    match wish.get("command"):
        case "get":
            pass
        case "set":
            asked.change(wish["behaviour"])
        case "reset":
            asked.change(type(asked.behaviour)().as_dict())
        case "cut":
            return {"sessions": asked.cut()}
        case "stats":
            return {"stats": asked.stats()}
        case "messages":
            return {"messages": smsc.record.messages(int(wish.get("since", 0)))}
        case "mails" if mail is not None:
            return {"mails": mail.record.mails(int(wish.get("since", 0)))}
        case unknown:
            raise ValueError(f"There is no command {unknown!r}.")
    return {"behaviour": asked.behaviour.as_dict()}


def _asked(smsc: Smsc, mail: MailServer | None, name: str) -> Smsc | MailServer:
    stand_in = {"sms": smsc, "mail": mail}.get(name)
    if stand_in is None:
        raise ValueError(f"There is no stand-in {name!r} here.")
    return stand_in
