"""The pages below docs/reference are what the code says now."""

import importlib.util
from types import ModuleType

import pytest

from tests.conftest import ROOT


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = _tool().pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_says(name: str) -> None:
    written = ROOT / "docs" / "reference" / name

    assert written.exists(), "make reference"
    assert written.read_text() == PAGES[name], "make reference"


def test_no_page_but_these_stands_there() -> None:
    assert {path.name for path in (ROOT / "docs" / "reference").glob("*")} == set(PAGES)
