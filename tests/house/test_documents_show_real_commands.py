"""What documents tell people to type exists; `tools/run_docs.py` types it."""

from pathlib import Path

import pytest

from tests.house import commands, files
from tests.house.source import ROOT, told

MARKDOWN = [file for file in files.tracked(ROOT) if file.suffix == ".md"]


def test_every_command_and_every_setting_exists() -> None:
    breaches = [breach for page in MARKDOWN for breach in commands.breaches(page)]

    assert not breaches, told(breaches)


@pytest.mark.parametrize(
    ("block", "word"),
    [
        ("regulars fly", "no such command"),
        ("A=1 regulars up --on-the-moon 1", "--on-the-moon"),
        ("uv run --no-dev regulars bridge report --parcels x", "--parcels"),
        ("REGULARS_PUBLIC_ADRESS=x regulars up", "REGULARS_PUBLIC_ADRESS"),
        ("if true; then", "bash cannot read"),
    ],
)
def test_planted_mistakes_are_named(block: str, word: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n```sh\n{block}\n```\n")

    assert word in " ".join(commands.breaches(page))


def test_an_unknown_kind_of_block_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh somewhere\ntrue\n```\n")

    assert "somewhere" in " ".join(commands.breaches(page))
