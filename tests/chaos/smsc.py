"""The stand-in SMSC as a process: `python -m tests.chaos.smsc RECORD` prints its port and its control port."""

import asyncio
import sys
from pathlib import Path

from regulars.sandbox.control import serve_control
from regulars.sandbox.record import Record
from regulars.sandbox.smsc import Smsc


async def main(path: str) -> None:
    smsc = Smsc(Record(Path(path)), system_id="shop", password="secret")
    smsc.change({"magic": False, "receipt_delay_ms": 20})
    port = await smsc.start()
    control = await serve_control(smsc)
    print(port, control.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
