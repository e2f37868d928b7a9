"""Hostile lines are thrown at the log: phones, mailboxes, codes, cards, tokens, passwords and secrets never come out of it."""

import asyncio
import gc
import json
import logging
from collections.abc import Iterator

import psycopg
import pytest
import structlog
from django.db import IntegrityError, OperationalError
from hypothesis import given
from hypothesis import strategies as st

from regulars.access import keys
from regulars.kit import ids, logs, secrecy
from regulars.kit.logs import Lines, about_this

PHONES = [
    "+79161234567",
    "79161234567",
    "8 (916) 123-45-67",
    "+44 7700 900001",
    "8-916-123-45-67",
    "(916) 123 45 67",
    "+1 212.555.0123",
]
MAILBOXES = ["anna@example.org", "Anna.Morgan+club@mail.example.co.uk", "анна@пример.рф", "o'hara@xn--80ak6aa92e.com"]
CODES = ["code 482913", "Your code: 4821-77", "Ваш код: 482913", "482913", "pin=4829"]
CARDS = ["2610000000017", "4111 1111 1111 1111", "4111-1111-1111-1111"]
TOKENS = [
    "/u/WyJtZW0iXQ:1tAbCd:s1gn4tUr3", "/preferences/WyJtZW0iXQ:abc", "/first-visit/?word=hksi-7pjh-2mmq",
    "WyJtZW0iXQ:1tAbCd:Zm9vYmFyYmF6cXV4Zm9vYmFy", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abcdef",
]  # fmt: skip
PASSWORDS = [
    "password=hunter22", '{"password": "correct horse battery"}', "'pwd': 'hunter22'", "postgresql://ada:hunter22@db/regulars",
    "amqp://guest:hunter22@broker:5672/", "Authorization: Basic YWRhOmh1bnRlcjIy", "SECRET_KEY: hunter22hunter22",
]  # fmt: skip
TELLING = [
    "916", "4567", "900001", "0123", "anna", "Anna", "анна", "o'hara", "482913", "4821", "4829", "0000017", "1111", "s1gn4tUr3",
    "WyJtZW0iXQ", "hksi", "Zm9vYmFy", "eyJ", "hunter22", "horse", "YWRh",
]  # fmt: skip
WORDS = st.sampled_from(
    ["not found:", "sent to", "gateway", "(", "[", "'", '"', "<", "=", ":", ",", ";", "→", "\n", "\t", "до", "id", "n="]
)
ENDS = st.sampled_from(["", ".", ",", ")", "]", "'", '"', ">", ";", " failed", "\n", " сейчас", "!"])


def line(message: str, *args: object, level: int = logging.WARNING, name: str = "some.library", **more: object) -> str:
    """What the log writes for a record of the standard library."""
    record = logging.LogRecord(name, level, __file__, 1, message, args, more.get("exc_info"))  # type: ignore[arg-type]
    written = Lines("json").format(record)
    json.loads(written)
    return written


def told(written: str) -> str:
    """The part of a line that somebody else chose."""
    return json.dumps(
        {k: v for k, v in json.loads(written).items() if k not in ("time", "request")}, ensure_ascii=False
    )


@given(st.sampled_from(PHONES + MAILBOXES + CODES + CARDS + TOKENS + PASSWORDS), st.lists(WORDS, max_size=3), ENDS)
def test_whatever_stands_around_it_nothing_personal_is_written(hostile: str, before: list[str], after: str) -> None:
    text = f"{' '.join(before)} {hostile}{after}"

    for written in (
        line(text),
        line("%s", text),
        line("got %r", {"value": text}),
        line(text.replace("%", "%%"), level=10),
    ):
        assert not [part for part in TELLING if part in hostile and part in told(written)], (hostile, written)


@given(
    st.from_regex(r"\+[1-9][0-9]{9,13}", fullmatch=True),
    st.text(st.characters(exclude_categories=["N", "C", "L"]), max_size=3),
)
def test_no_phone_comes_through_whatever_signs_stand_beside_it(phone: str, signs: str) -> None:
    assert phone[1:] not in told(line(f"{signs}{phone}{signs}"))


@given(st.from_regex(r"[a-z][a-z0-9.+-]{0,20}@[a-z][a-z0-9-]{0,20}\.[a-z]{2,6}", fullmatch=True), st.text(max_size=5))
def test_no_mailbox_comes_through(mailbox: str, beside: str) -> None:
    assert mailbox not in told(line("%s %s", beside, mailbox))


@given(
    st.text(max_size=200),
    st.lists(st.one_of(st.integers(), st.text(max_size=20), st.none(), st.binary(max_size=9)), max_size=3),
)
def test_every_line_is_one_line_of_json(text: str, args: list[object]) -> None:
    written = line("%s %r", text, args)

    assert "\n" not in written
    assert json.loads(written)["event"] is not None


def test_a_very_long_line_is_cut_and_does_not_take_long() -> None:
    for hostile in (
        "a" * 1_000_000,
        "1 " * 500_000,
        "'" * 300_000,
        "ValueError(" * 100_000,
        "@" * 300_000,
        "/u/" * 300_000,
    ):
        assert len(line(hostile)) < 3 * secrecy.LONGEST


def test_keys_of_ours_are_hidden_and_ids_are_not() -> None:
    key, made = keys.make_key("till"), ids.new("mem")

    assert key[5:] not in line("key %s", key)
    assert made in line("member %s", made)
    assert "2026-11-24 09:00:00 from 127.0.0.1:2775 took 12.345 s" in line(
        "2026-11-24 09:00:00 from 127.0.0.1:2775 took 12.345 s"
    )
    assert "1,234,567 rows" in line("1,234,567 rows")


def test_the_secrets_of_the_installation_are_hidden_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_SISTER_KEY", "plain words that nobody would find")
    logs.secrets.cache_clear()
    try:
        written = line("signed with plain words that nobody would find, well")
    finally:
        monkeypatch.undo()
        logs.secrets.cache_clear()

    assert "plain words" not in written


class Row(Exception):
    """An error of somebody who did not think of logs."""


# Not written out, for lines of the source stand in tracebacks, and the source speaks of nobody.
WHO, CALL = " ".join(["Anna", "Morgan"]), "+" + str(79161234567)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"not a member: {WHO}"), KeyError(WHO), Row(WHO, CALL), TypeError(f"cannot add '{WHO}' to 1"),
        IntegrityError(f"duplicate key\nDETAIL:  Key (phone)=({CALL}) already exists. {WHO}"),
        psycopg.errors.CheckViolation(f"new row violates\nDETAIL:  Failing row contains (1, {WHO}, {CALL})."),
    ],
)  # fmt: skip
def test_an_exception_is_told_by_kind_and_place_and_not_by_its_words(error: Exception) -> None:
    try:
        raise RuntimeError(f"while saving {WHO}") from error
    except RuntimeError as caught:
        written = line("it failed", exc_info=(RuntimeError, caught, caught.__traceback__))

    assert type(error).__name__ in written
    assert "test_what_never_goes_into_a_log.py" in written
    assert "Morgan" not in written
    assert "9161234567" not in written


def test_what_the_database_says_about_itself_is_told() -> None:
    error = OperationalError("connection to server at 127.0.0.1, port 5432 failed: Connection refused\nIs it running?")

    assert "Connection refused" in line("no", exc_info=(OperationalError, error, None))


def test_an_error_on_its_way_out_is_told_once() -> None:
    def again(depth: int) -> None:
        try:
            if depth:
                again(depth - 1)
            raise AttributeError("no such thing")
        except AttributeError as error:
            raise AttributeError("no such thing") from error

    with pytest.raises(AttributeError) as caught:
        again(5)

    assert logs.told(caught.value).count("AttributeError: no such thing") == 1


async def _lost() -> None:
    raise ValueError(f"{WHO} {CALL}")


def test_what_asyncio_says_about_a_lost_task_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    async def lose() -> None:
        task = asyncio.create_task(_lost())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(lose())

    (found,) = [record for record in caplog.records if record.name == "asyncio"]
    written = Lines("json").format(found)
    assert "ValueError" in written
    assert "Morgan" not in written
    assert "9161234567" not in written


@pytest.fixture
def kept() -> Iterator[list[str]]:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    kept = Kept()
    kept.setFormatter(Lines("json"))
    logging.getLogger().addHandler(kept)
    yield lines
    logging.getLogger().removeHandler(kept)


def test_lines_of_structlog_pass_the_same_way(kept: list[str]) -> None:
    structlog.get_logger("regulars.test").warning(
        "hi", phone="+79161234567", n=5, long=79161234567, nested={"email": "a@b.org"}
    )

    assert (
        json.loads(kept[0]).items()
        >= {"event": "hi", "phone": "…", "n": 5, "long": "…", "logger": "regulars.test"}.items()
    )
    assert "a@b.org" not in kept[0]


def test_a_line_says_which_gateway_it_is_about(kept: list[str]) -> None:
    with about_this(gateway="Corner SMS", run="run_1"):
        logging.getLogger("regulars.worker").warning("slow")

    assert json.loads(kept[0])["gateway"] == "Corner SMS"
    assert json.loads(kept[0])["run"] == "run_1"


def test_on_a_terminal_a_line_is_for_people() -> None:
    record = logging.LogRecord(
        "regulars.worker", logging.WARNING, __file__, 1, "gateway %s: slow", ("Corner SMS",), None
    )

    written = Lines("pretty").format(record)

    assert "gateway Corner SMS: slow" in written
    assert "warning" in written
    assert not written.startswith("{")
