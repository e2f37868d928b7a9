"""An import is killed ten times, in a transaction, after it and anywhere, and ends as one that nobody disturbed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from regulars.loyalty.imports.models import Import, ImportedFile
from regulars.loyalty.points import queries as points
from regulars.loyalty.subscriptions import queries as subscriptions
from tests.chaos.battlefield import _url, env
from tests.conftest import ROOT, _empty_all_tables
from tests.loyalty.imports import folder

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
MEMBERS = 1000
FAILPOINTS = [
    "import_batch:1", "import_batch_committed:1", "import_batch:7", "import_batch_committed:25", "import_batch:2",
    "import_batch:12",
]  # fmt: skip
ANYWHERE = 4


def _start(files: Path, failpoint: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.loyalty.imports.mover", str(files)],
        env={**env(_url(settings.DATABASES["default"]["NAME"])), "REGULARS_FAILPOINT": failpoint},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _run(files: Path) -> None:
    mover = _start(files)
    said = mover.communicate(timeout=300)[0]
    assert mover.returncode == 0, said


def test_ten_kills_change_nothing_about_the_end(tmp_path: Path) -> None:
    folder.town(tmp_path, members=MEMBERS)
    kills = 0

    for failpoint in FAILPOINTS:
        mover = _start(tmp_path, failpoint)
        assert mover.wait(timeout=300) == -9, f"{failpoint} was never reached"
        kills += 1
    for _ in range(ANYWHERE):
        mover = _start(tmp_path)
        assert mover.stdout is not None
        mover.stdout.readline()
        time.sleep(random.uniform(0, 0.6))
        mover.kill()
        mover.wait()
        kills += 1
    _run(tmp_path)
    disturbed, audit, off = folder.state(), points.audit(), subscriptions.list_disagreeing()
    unfinished = Import.objects.filter(ended_at=None).count()
    _empty_all_tables()
    _run(tmp_path)

    assert kills == 10
    assert unfinished >= len(FAILPOINTS)
    assert audit.holds()
    assert off == []
    for name, rows in folder.state().items():
        assert disturbed[name] == rows, name
    assert all(file.done == file.new for file in ImportedFile.objects.all())


def test_the_next_start_says_that_it_goes_on(tmp_path: Path) -> None:
    folder.town(tmp_path, members=MEMBERS)
    assert _start(tmp_path, "import_batch_committed:5").wait(timeout=300) == -9

    again = _command(tmp_path, "--apply")

    assert again.returncode == 0, again.stderr
    assert "was interrupted" in again.stderr
    assert "rows moved in" in again.stderr


def _command(files: Path, *options: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "regulars.cli", "import", str(files), *options],
        env={**os.environ, **env(_url(settings.DATABASES["default"]["NAME"]))},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
