"""A personal link opens somebody's settings, so its token is never written into a log."""

import logging

import pytest
from django.test import Client

from regulars.web.shell.logs import LinksMasked, RequestNamed


def test_the_token_is_masked_in_sentence_and_arguments(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(LinksMasked())

    logging.getLogger("django.request").warning("Not Found: %s", "/u/WyJtZW0iXQ:abc")
    logging.getLogger("django.request").warning("gone: /u/WyJtZW0iXQ:abc?x=1")
    logging.getLogger("django.request").warning("gone: /preferences/WyJtZW0iXQ:abc?x=1")

    assert caplog.messages == ["Not Found: /u/…", "gone: /u/…?x=1", "gone: /preferences/…?x=1"]


@pytest.mark.django_db
def test_another_host_than_ours_is_not_answered(client: Client) -> None:
    assert client.get("/docs/errors").status_code == 200
    assert client.get("/docs/errors", headers={"host": "rebound.example"}).status_code == 400


@pytest.mark.django_db
def test_an_error_has_one_id_in_body_header_and_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(RequestNamed())

    answer = client.get("/api/pos/v1/nowhere")

    told = answer.json()["request_id"]
    assert answer.headers["Request-Id"] == told
    assert [record.request_id for record in caplog.records] == [told]  # type: ignore[attr-defined]
