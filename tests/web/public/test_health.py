"""What machines ask: whether a web process lives, whether it is ready, and what there is to measure."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.kit import clock, schema_state
from regulars.kit.schema_state import Standing
from regulars.messages import tallies
from regulars.providers.models import Gateway
from tests import cast
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def current() -> Any:
    schema_state.remember()
    yield
    schema_state.remember()


def figures(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.content.decode().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_a_living_process_says_its_version(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.content.decode().split() == ["ok", "0.1.0"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.post("/healthz").status_code == 405


def test_ready_means_that_the_schema_is_current(client: Client) -> None:
    assert client.get("/readyz").content == b"ready\n"

    schema_state.remember(Standing(pending=("messages.0005_tally",)))
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.content.decode() == (
        "not ready: The database is older than the program: 1 step of the schema to go. (regulars upgrade)\n"
    )


def test_without_the_database_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Standing:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(schema_state, "look", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "the database does not answer" in answer.content.decode()
    assert figures(client)["regulars_database_up"] == 0


def test_figures_are_true(client: Client) -> None:
    anna = cast.anna().member
    gateway = Gateway.objects.create(channel="sms", provider="smpp", name='The "Corner"')
    staff.message("loyalty", anna.public_id, next_at=clock.now() - timedelta(minutes=5))
    staff.message("loyalty", anna.public_id, state="submitting", lease_until=clock.now() + timedelta(minutes=1))
    tallies.add(gateway.pk, {"accepted": 3, "failed": 1, "receipt_delivered": 2})
    tallies.add(gateway.pk, {"accepted": 2})

    told = figures(client)

    assert told["regulars_database_up"] == told["regulars_schema_is_current"] == 1
    assert told["regulars_workers"] == 0
    assert told['regulars_messages{lane="events",state="queued"}'] == 1
    assert told['regulars_messages{lane="events",state="submitting"}'] == 1
    assert 299 <= told['regulars_messages_oldest_seconds{lane="events"}'] < 330
    assert told['regulars_sends_total{gateway="The \\"Corner\\"",outcome="accepted"}'] == 5
    assert told['regulars_receipts_total{gateway="The \\"Corner\\"",outcome="delivered"}'] == 2
    assert told['regulars_gateway_is_open{gateway="The \\"Corner\\"",channel="sms"}'] == 1
    assert told["regulars_points_ledger_sum"] == 0


def test_requests_are_counted_by_door_and_status(client: Client) -> None:
    before = figures(client)

    client.get("/account/sign-in/")
    client.get("/nowhere")

    after = figures(client)
    more = {name: after[name] - before.get(name, 0) for name in after}
    assert more['regulars_requests_total{door="account",status="200"}'] == 1
    assert more['regulars_requests_total{door="unknown",status="404"}'] == 1
    assert more['regulars_request_seconds_count{door="account"}'] == 1
    assert more['regulars_request_seconds_bucket{door="account",le="+Inf"}'] == 1


def test_collecting_takes_two_questions_however_much_there_is(client: Client) -> None:
    staff.shop()
    client.get("/metrics")

    with CaptureQueriesContext(connection) as asked:
        client.get("/metrics")

    assert len(asked) <= 3


def test_no_figure_names_anybody(client: Client) -> None:
    anna = staff.shop()

    told = client.get("/metrics").content.decode()

    assert not [word for word in (anna.public_id, "Anna", "Morgan", "447700", "mem_", "pur_") if word in told]


def test_only_this_machine_collects(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 403
    # A proxy on this machine that we were not told of brings somebody else.
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403


def test_or_who_says_the_token(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a token of the collector"

    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 403
    assert figures(client, authorization="Bearer a token of the collector", x_forwarded_for="203.0.113.9")


def test_an_older_schema_is_a_figure_and_no_error(client: Client) -> None:
    schema_state.remember(Standing(pending=("messages.0005_tally",)))

    told = figures(client)

    assert told["regulars_schema_is_current"] == 0
    assert "regulars_points_ledger_sum" not in told
