"""Runs the stand-ins together in one event loop: the SMSC, the mail server if wanted, and the port that controls both."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from regulars.sandbox.control import serve_control
from regulars.sandbox.mail.record import MailRecord, beside
from regulars.sandbox.mail.server import MailServer
from regulars.sandbox.record import Record
from regulars.sandbox.smsc import Smsc


class Ports(NamedTuple):
    """Where the stand-ins listen; `smtp` is 0 when no mail server was wanted."""

    smpp: int
    control: int
    smtp: int


async def run(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    control_port: int = 0,
    smtp_port: int | None = None,
    record: Path,
    mail_record: Path | None = None,
    system_id: str,
    password: str,
    on_ready: Callable[[Ports], None] | None = None,
) -> None:
    """Serve until cancelled. `on_ready` is told the ports when all are open.

    Port 0 takes a free one; without `smtp_port` there is no mail server. Mails are kept beside the record of the texts
    unless `mail_record` names another file. Both stand-ins know the same name and password.
    """
    book = Record(record)
    mails = MailRecord(mail_record or beside(record)) if smtp_port is not None else None
    smsc = Smsc(book, system_id=system_id, password=password)
    mail = MailServer(mails, login=system_id, password=password) if mails is not None else None
    control: asyncio.Server | None = None
    try:
        smpp_port = await smsc.start(host, port)
        bound_smtp_port = await mail.start(host, smtp_port or 0) if mail is not None else 0
        control = await serve_control(smsc, host, control_port, mail=mail)
        if on_ready is not None:
            on_ready(Ports(smpp_port, control.sockets[0].getsockname()[1], bound_smtp_port))
        await asyncio.get_running_loop().create_future()
    finally:
        if control is not None:
            control.close()
        await smsc.close()
        if mail is not None:
            await mail.close()
        for kept in (book, mails):
            if kept is not None:
                kept.close()
