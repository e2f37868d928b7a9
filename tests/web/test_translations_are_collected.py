"""Collecting the texts to translate leaves no difference: whoever adds one has run `make messages`."""

import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = Path("regulars/web/locale/ru/LC_MESSAGES/django.po")


@pytest.fixture
def copy(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's files, somewhere else."""
    if shutil.which("xgettext") is None:
        reason = "No xgettext here: install the package gettext."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    static = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "regulars", tmp_path / "regulars", ignore=static)
    settings.LOCALE_PATHS = [tmp_path / WRITTEN.parents[2]]
    monkeypatch.chdir(tmp_path)
    return tmp_path


def collect() -> None:
    """What `make messages` does before it compiles, as the Makefile says it."""
    (line,) = (line for line in (ROOT / "Makefile").read_text().splitlines() if " makemessages " in line)
    call_command("makemessages", *shlex.split(line.partition(" makemessages ")[2]), verbosity=0)


def test_make_messages_leaves_no_difference(copy: Path) -> None:
    collect()

    assert (copy / WRITTEN).read_text() == (ROOT / WRITTEN).read_text(), (
        "Run `make messages`, and translate what is new."
    )


def test_a_new_text_is_a_difference_and_nothing_is_guessed_for_it(copy: Path) -> None:
    page = copy / "regulars/web/account/templates/account/devices.html"
    page.write_text(page.read_text() + '{% translate "Signed-in device" %}')

    collect()

    assert 'msgid "Signed-in device"\nmsgstr ""' in (copy / WRITTEN).read_text()
