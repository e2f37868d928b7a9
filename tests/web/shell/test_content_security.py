"""What a page may load: its own files, and the pictures that stand inside our stylesheets; nothing from elsewhere."""

import re

import pytest
from django.test import Client

from regulars.web.shell.middleware import BACKOFFICE, STRICT
from tests.house.source import ROOT

PLACES = re.compile(r"url\(\s*[\"']?(data:image|https?:|//|[^\"')]+)")


@pytest.mark.parametrize("policy", [STRICT, BACKOFFICE])
def test_pictures_inside_our_stylesheets_may_be_shown(policy: str) -> None:
    sheets = "\n".join(sheet.read_text() for sheet in (ROOT / "regulars/web").rglob("*.css"))
    places = set(PLACES.findall(sheets))

    assert "data:image" in places
    assert "img-src 'self' data:;" in policy
    assert not {place for place in places if place.startswith(("http", "//"))}


@pytest.mark.django_db
def test_no_page_runs_script_that_is_not_ours(client: Client) -> None:
    policy = client.get("/docs/errors").headers["Content-Security-Policy"]

    assert policy == STRICT
    assert "unsafe" not in policy
    assert "script-src" not in policy
