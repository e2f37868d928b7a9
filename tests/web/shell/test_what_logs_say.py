"""What a line of the log says and does not: the id of its request, no token of a personal link, and one line for each request."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from regulars.kit.logs import Lines
from tests import cast, make
from tests.web.backoffice import staff

type Written = Callable[[], list[dict[str, object]]]


class Kept(logging.Handler):
    """Keeps what would have been written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(Lines("json"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written() -> Iterator[Written]:
    """What was written meanwhile, from INFO on."""
    kept, root = Kept(), logging.getLogger()
    level, root.level = root.level, logging.INFO
    logging.getLogger("regulars.requests").setLevel(logging.INFO)
    root.addHandler(kept)
    yield lambda: [json.loads(line) for line in kept.lines]
    root.removeHandler(kept)
    root.setLevel(level)
    logging.getLogger("regulars.requests").setLevel(logging.NOTSET)


def asked(written: Written) -> list[dict[str, object]]:
    return [line for line in written() if line["logger"] == "regulars.requests"]


def test_the_token_is_masked_in_sentence_and_arguments(written: Written) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", "/u/WyJtZW0iXQ:abc")
    logging.getLogger("django.request").warning("gone: /u/WyJtZW0iXQ:abc?x=1")
    logging.getLogger("django.request").warning("gone: /preferences/WyJtZW0iXQ:abc?x=1")

    assert [line["event"] for line in written()] == ["Not Found: /u/…", "gone: /u/…?x=1", "gone: /preferences/…?x=1"]


@pytest.mark.django_db
def test_another_host_than_ours_is_not_answered(client: Client) -> None:
    assert client.get("/docs/errors").status_code == 200
    assert client.get("/docs/errors", headers={"host": "rebound.example"}).status_code == 400


@pytest.mark.django_db
def test_an_error_has_one_id_in_body_header_and_log(client: Client, written: Written) -> None:
    answer = client.get("/api/pos/v1/nowhere")

    told = answer.json()["request_id"]
    assert answer.headers["Request-Id"] == told
    assert {line["request"] for line in written()} == {told}
    assert len(written()) == 2  # Django's warning and the line of the request


@pytest.mark.django_db
def test_each_request_is_one_line(client: Client, written: Written) -> None:
    client.get("/account/sign-in/", {"next": "/account/points/"})

    (line,) = asked(written)
    assert {name: line[name] for name in ("level", "method", "path", "status", "door", "actor")} == {
        "level": "info", "method": "GET", "path": "/account/sign-in/", "status": 200, "door": "account", "actor": "nobody",
    }  # fmt: skip
    assert isinstance(line["ms"], float)
    assert str(line["time"]).endswith("Z")


@pytest.mark.django_db
def test_a_line_says_what_kind_of_actor_asked_and_not_about_whom(written: Written) -> None:
    anna = cast.anna().member
    desk = staff.signed_in("administrator")

    desk.get(f"/backoffice/loyalty_members/member/{anna.pk}/change/")
    desk.get(f"/nowhere/{anna.public_id}")

    lines = asked(written)
    assert [line["path"] for line in lines] == ["/backoffice/loyalty_members/member/…/change/", "/nowhere/…"]
    assert [line["actor"] for line in lines] == ["employee", "nobody"]  # where nothing is, nobody looks who asks
    assert [line["door"] for line in lines] == ["backoffice", "unknown"]


@pytest.mark.django_db
def test_a_till_is_told_from_nobody(client: Client, written: Written) -> None:
    from regulars.access import actions as access

    key = access.issue_till_key(make.till().pk, by=make.BY, at=make.AT)

    client.post("/api/pos/v1/members", {}, content_type="application/json", headers={"authorization": f"Bearer {key}"})
    client.post("/api/pos/v1/members", {}, content_type="application/json")

    assert [line["actor"] for line in asked(written)] == ["till", "nobody"]


@pytest.mark.django_db
def test_what_is_asked_all_the_time_gets_no_line(client: Client, written: Written) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)

    assert asked(written) == []
