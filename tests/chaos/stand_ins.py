"""The stand-ins as a process: `python -m tests.chaos.stand_ins RECORD` prints the ports of SMPP, SMTP and control."""

import asyncio
import sys
from pathlib import Path

from regulars.sandbox import serving

ACCOUNT = {"system_id": "shop", "password": "secret"}


def show(ports: serving.Ports) -> None:
    print(ports.smpp, ports.smtp, ports.control, flush=True)


if __name__ == "__main__":
    asyncio.run(serving.run(record=Path(sys.argv[1]), smtp_port=0, on_ready=show, **ACCOUNT))
