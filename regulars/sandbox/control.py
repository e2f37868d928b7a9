"""Telling a running stand-in SMSC what to do, from another process: JSON lines over a port of this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.sandbox.smsc import Smsc

_LONGEST_LINE = 1 << 20


def refuse_other_machines(host: str) -> None:
    """Raise ValueError unless the host is this machine alone."""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"The stand-in takes messages of anybody who knows its password; {host} is open to others.")


async def serve_control(smsc: Smsc, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
    """Open the control port. One JSON object on a line is a wish, one on a line is the answer.

    Wishes: `{"command": "get"}`, `{"command": "set", "behaviour": {…}}`, `{"command": "reset"}`,
    `{"command": "cut"}`, `{"command": "stats"}`, `{"command": "messages", "since": n}`. Answers have `ok`, and
    `error` in words when it is false.
    """
    refuse_other_machines(host)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(_answer(smsc, line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # gone, or a line too long to be a wish
        finally:
            writer.close()

    return await asyncio.start_server(converse, host, port, limit=_LONGEST_LINE)


async def ask(port: int, command: str, *, host: str = "127.0.0.1", **wish: Any) -> dict[str, Any]:
    """Send one wish and return the answer. Raises ValueError with the SMSC's words if it refuses."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 28)
    try:
        writer.write(json.dumps({"command": command, **wish}).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await reader.readline())
    finally:
        writer.close()
    if not answer.pop("ok"):
        raise ValueError(answer["error"])
    return answer


def _answer(smsc: Smsc, line: bytes) -> dict[str, Any]:
    try:
        wish = json.loads(line)
        return {"ok": True, **_obey(smsc, wish)}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return {"ok": False, "error": str(error)}


def _obey(smsc: Smsc, wish: dict[str, Any]) -> dict[str, Any]:
    match wish.get("command"):
        case "get":
            pass
        case "set":
            smsc.change(wish["behaviour"])
        case "reset":
            smsc.change(type(smsc.behaviour)().as_dict())
        case "cut":
            return {"sessions": smsc.cut()}
        case "stats":
            return {"stats": smsc.stats()}
        case "messages":
            return {"messages": smsc.record.messages(int(wish.get("since", 0)))}
        case unknown:
            raise ValueError(f"There is no command {unknown!r}.")
    return {"behaviour": smsc.behaviour.as_dict()}
