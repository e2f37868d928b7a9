"""The committed OpenAPI documents are those of the code, and every error code is explained on a page."""

import pytest
from django.test import Client

from regulars.api.errors import list_errors
from regulars.management.commands.openapi import documents
from tests.conftest import ROOT


@pytest.mark.parametrize("name", ["pos", "bridge"])
def test_the_committed_document_is_that_of_the_code(name: str) -> None:
    committed = (ROOT / "docs" / "openapi" / f"{name}.json").read_bytes()

    assert committed == documents()[name], "The API changed: run `uv run regulars openapi docs/openapi` and commit it."


def test_every_code_has_a_place_on_the_page(client: Client) -> None:
    page = client.get("/docs/errors").content.decode()

    assert len(list_errors()) > 30
    assert [error.code for error in list_errors() if f'id="{error.code}"' not in page] == []
    assert [error.code for error in list_errors() if not error.text.endswith(".")] == []
