"""The desks look only: whoever saves does it through a room's action, every table has a page or a reason, every class a rule."""

import ast
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import unfold
from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.test import RequestFactory

from regulars.access.models import Employee
from regulars.web.backoffice import site as backoffice
from regulars.web.backoffice.reading import Reading
from regulars.web.smartcomms.backoffice import site as smartcomms
from tests.web.backoffice import staff

WEB = Path(backoffice.__file__).parent
SAVES = ("save_model", "delete_model", "delete_queryset", "save_formset", "save_related")
ALL = [(system, pages) for system in staff.DESKS for pages in staff.pages_of(system).values()]


def _ours(pages: ModelAdmin, name: str) -> Any:
    """The method as our own classes define it, or None."""
    for each in type(pages).__mro__:
        if each.__module__.startswith("regulars.") and name in vars(each):
            return vars(each)[name]
    return None


def calls_an_action(function: Any) -> bool:
    """Whether a function calls a verb of a module imported from a room's `actions`, and nothing named save or delete."""
    called = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            called.add((node.func.value.id, node.func.attr))
    module = inspect.getmodule(function)
    through = [
        name
        for name, _ in called
        if inspect.ismodule(it := getattr(module, name, None)) and it.__name__.endswith(".actions")
    ]
    saves = {"save", "delete", "save_model", "delete_model"}
    return bool(through) and not any(verb in saves for name, verb in called if name not in through)


@pytest.mark.parametrize(
    ("system", "pages"), ALL, ids=lambda each: getattr(getattr(each, "opts", None), "label", str(each))
)
def test_pages_are_read_only_or_save_through_a_rooms_action(system: str, pages: Reading) -> None:
    request = RequestFactory().get("/")
    request.user = Employee(login="all", roles=["administrator"])
    row = pages.model()

    may = (
        pages.has_add_permission(request),
        pages.has_change_permission(request, row),
        pages.has_delete_permission(request, row),
    )

    assert isinstance(pages, Reading)
    assert not may[1]
    assert not may[2]
    if may[0] and _ours(pages, "add_view") is None:
        save = _ours(pages, "save_model")
        assert save is not None, f"{pages} adds rows and has no save_model of its own"
        assert calls_an_action(save), f"{pages}.save_model must call the room's action and never save itself"
    for name in SAVES:
        assert (own := _ours(pages, name)) is None or calls_an_action(own), (
            f"{pages}.{name} must call the room's action"
        )


def test_a_page_that_saves_by_itself_is_caught() -> None:
    def save_model(self: Any, request: Any, obj: Any, form: Any, change: Any) -> None:
        obj.save()

    assert not calls_an_action(save_model)


@pytest.mark.parametrize(
    ("shown", "hidden", "other"),
    [
        (backoffice.PAGES, backoffice.HIDDEN, "smartcomms_"),
        (smartcomms.PAGES, smartcomms.HIDDEN, "loyalty_"),
    ],
)
def test_every_table_has_a_page_or_a_reason(
    shown: dict[type[Model], Any], hidden: dict[type[Model], str], other: str
) -> None:
    mine = {
        model
        for model in apps.get_models()
        if model.__module__.startswith("regulars.") and not model._meta.app_label.startswith(other)
    }
    if other == "loyalty_":
        mine -= {
            each for each in mine if each.__name__ in ("TillKey", "TeamContact")
        }  # tills stand in Loyalty's stores

    assert mine - shown.keys() - hidden.keys() == set()
    assert not shown.keys() & hidden.keys()
    assert all(len(reason) > 10 for reason in hidden.values())


def test_every_class_in_our_templates_has_a_rule() -> None:
    shipped = (Path(unfold.__file__).parent / "static/unfold/css/styles.css").read_text()
    ours = "".join(
        path.read_text() for path in [*WEB.glob("static/**/*.css"), *(WEB.parent / "shell/static/shell").glob("*.css")]
    )
    rules = set(re.findall(r"\.((?:\\.|[\w-])+)", shipped + ours))
    known = {rule.replace("\\", "") for rule in rules}

    used = set()
    for path in [*WEB.glob("templates/**/*.html"), *WEB.glob("instead/**/*.html"), *WEB.glob("*.py")]:
        for found in re.findall(r"""(?<!x-bind:)class=["']([^"']*)["']""", path.read_text()):
            used |= set(re.sub(r"{%.*?%}|{{.*?}}|{}", " ", found).split())

    assert {name for name in used if not name.endswith("-")} - known == set()
