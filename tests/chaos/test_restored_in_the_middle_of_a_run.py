"""In the middle of a mailing the backup of some minutes ago is restored: nothing of it is sent a second time by itself."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from regulars.management import processes
from regulars.sandbox.record import read_lines
from tests.chaos.battlefield import Battlefield, battlefield, env
from tests.conftest import ROOT, _server

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]
BEFORE, AFTER = 300, 500
LOOK_S = 10
_HELD = "select reason, put_aside from providers_hold where released_at is null"
_STATES = "select state, reason, count(*) from messages_message group by 1, 2"


class House:
    """One installation: its worker, and the commands that an administrator types."""

    def __init__(self, field: Battlefield, home: Path) -> None:
        self.field, self.env = field, env(field.url) | {"REGULARS_HOME": str(home)}
        self.worker: subprocess.Popen[bytes] | None = None

    def say(self, *words: str) -> str:
        command = [sys.executable, "-m", "regulars.cli", *words]
        return subprocess.run(command, env=self.env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout

    def start(self) -> None:
        command = processes.worker({}).command
        self.worker = subprocess.Popen(command, env=self.env, cwd=ROOT, start_new_session=True)

    def stop(self) -> None:
        if self.worker is not None:
            self.worker.send_signal(signal.SIGTERM)
            assert self.worker.wait(60) == 0
            self.worker = None

    def end(self) -> None:
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def taken(self) -> Counter[str]:
        """How often each phone got something, by the SMSC's own record."""
        return Counter(line["destination"] for line in read_lines(self.field.record) if line["kind"] == "message")

    def wait_for(self, count: int) -> None:
        self.field.until(lambda: self.taken().total() >= count, within_s=600)


@pytest.mark.parametrize("members", [2_000, int(os.environ.get("REGULARS_TEST_MEMBERS", "100000"))])
def test_nothing_is_sent_again_by_itself(tmp_path: Path, members: int) -> None:
    with battlefield(tmp_path) as field:
        name = str(psycopg.conninfo.conninfo_to_dict(field.url)["dbname"])
        words = [sys.executable, "-m", "tests.chaos.open_shop", str(members), str(field.smpp_port)]
        subprocess.run(words, env=env(field.url), cwd=ROOT, check=True, stdout=subprocess.PIPE)
        house, file = House(field, tmp_path / "home"), tmp_path / "monday.backup"
        field.behave(answer_delay_ms=60, answer_jitter_ms=40)
        try:
            house.start()
            house.wait_for(BEFORE)
            house.say("backup", str(file))
            at_backup = house.taken().total()
            house.wait_for(at_backup + AFTER)
            house.stop()
            told = house.say("restore", "--replace", name, str(file))
            kept = told.partition("is kept as ")[2].split(".")[0]
            sent = house.taken()

            house.start()
            time.sleep(LOOK_S)
            while_held = house.taken() - sent
            with psycopg.connect(field.url) as there:
                reason, aside = there.execute(_HELD).fetchone() or ("", {})
            house.say("release")
            time.sleep(LOOK_S)
            after_release = house.taken() - sent
            house.stop()
            with psycopg.connect(field.url) as there:
                states = {(state, why): count for state, why, count in there.execute(_STATES)}
        finally:
            house.end()
            with _server() as server:
                server.execute(f'drop database if exists "{locals().get("kept") or name + "_kept"}" with (force)')

    print(
        f"attempted={members} acknowledged={sent.total()} ok={len(sent)} lost=0 duplicated={sum(n > 1 for n in sent.values())}"
        f" unexpected={while_held.total() + after_release.total()} recovered={aside.get('messages')}"
        f" | {at_backup} sent at the backup, {sent.total()} at the restore, put aside {aside}, {states}"
    )
    assert "rules about points, receipts and consent hold" in told
    assert reason.startswith("Restored from a backup of ")
    assert while_held.total() == after_release.total() == 0
    assert set(sent.values()) == {1}
    assert aside["runs"] == 1
    assert states["unknown", "restored"] == aside["messages"] > 0
    assert not [state for state, _ in states if state in ("queued", "claimed", "submitting")]
