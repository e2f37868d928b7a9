"""The documents lead where they say, and use the words of the code."""

from django.apps import apps

from tests.house import documents, files
from tests.house.source import HOUSE, ROOT, told

MARKDOWN = [file for file in files.tracked(ROOT) if file.suffix == ".md"]
GLOSSARY = documents.terms((ROOT / "docs/glossary.md").read_text())


def test_every_link_leads_somewhere() -> None:
    breaches = documents.dead_links(ROOT, MARKDOWN)

    assert not breaches, told(breaches)


def test_every_file_that_is_named_exists() -> None:
    breaches = documents.dead_paths(ROOT, MARKDOWN)

    assert not breaches, told(breaches)


def test_every_page_names_its_kind() -> None:
    kinds = ("*Tutorial.*", "*How-to.*", "*Reference.*", "*Explanation.*")
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/howto").glob("*.md"), ROOT / "CONTRIBUTING.md"]

    silent = [page.name for page in pages if not any(kind in page.read_text() for kind in kinds)]

    assert not silent, f"{', '.join(silent)}: say below the title which kind of page it is: {', '.join(kinds)}."


def test_the_readme_is_short() -> None:
    lines = len((ROOT / "README.md").read_text().splitlines())

    assert lines <= 150, f"README.md has {lines} lines, more than 150: move what only some readers need into docs/."


def test_every_word_of_the_glossary_is_used() -> None:
    used = documents.squeezed(" ".join([*(module.text for module in HOUSE.modules), *HOUSE.pages.values()]))

    unused = [term for term in GLOSSARY if documents.squeezed(term) not in used]

    assert not unused, f"Nothing uses {', '.join(unused)}: delete them from docs/glossary.md, or use them."


def test_every_room_and_every_table_is_a_word_of_the_glossary() -> None:
    known = {documents.squeezed(term) for term in GLOSSARY}
    ours = [model for model in apps.get_models() if model.__module__.startswith("regulars.")]
    nouns = {str(model._meta.verbose_name) for model in ours}
    rooms = {model.__module__.split(".")[-2] for model in ours}

    unexplained = sorted(
        word
        for word in nouns | rooms
        if not {documents.squeezed(word), documents.squeezed(word).removesuffix("s")} & known
    )

    assert not unexplained, f"Explain {', '.join(unexplained)} in docs/glossary.md, in one sentence each."


def test_every_decision_is_one_page_of_the_same_form() -> None:
    for record in sorted((ROOT / "docs/decisions").glob("[0-9]*.md")):
        text = record.read_text()
        missing = [title for title in ("## Context", "## Decision", "## Consequences") if title not in text]
        assert not missing, f"{record.name} lacks {', '.join(missing)}: say why, what, and what follows."
        assert len(text.split()) <= 500, f"{record.name} has {len(text.split())} words; one page is at most 500."
