"""Writes the documents of every API into a folder; the committed ones are compared with these in a test."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from regulars.api.bridge.urls import api as bridge
from regulars.api.pos.urls import api as pos
from regulars.gateways.rabbitmq import letters

APIS = {"pos": pos, "bridge": bridge}


class Command(BaseCommand):
    """`regulars openapi FOLDER`."""

    help = "Write the documents of all APIs (OpenAPI), and of the letters on the broker (AsyncAPI), into a folder."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one file for each API, and one for the letters."""
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents().items():
            (folder / f"{name}.json").write_bytes(document)


def documents() -> dict[str, bytes]:
    """The documents as they are committed: by name, with sorted keys."""
    return {"letters": letters.as_json()} | {
        name: orjson.dumps(
            api.get_openapi_schema(path_prefix=f"/api/{name}/v1/"),
            option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE,
        )
        for name, api in APIS.items()
    }
