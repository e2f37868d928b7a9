"""Permissions that the source asks for, held against the one list of permissions with their words."""

import ast
from collections.abc import Iterator

from regulars.access import permissions
from tests.house.source import Module, Source

ASKS = {"has_perm", "may", "on_duty", "of_member", "page", "allows"}


def unknown(source: Source) -> list[str]:
    """Permissions that are asked for and that the list does not know, so that no role can hold them and no page explain them."""
    return [
        f'{module.path}:{line} asks for “{permission}”: write `"{permission}": "what it allows",` into PERMISSIONS of'
        " regulars/access/permissions.py, and give it to roles."
        for module in source.modules
        for line, permission in _asked(module)
        if permission not in permissions.PERMISSIONS
    ]


def _asked(module: Module) -> Iterator[tuple[int, str]]:
    for node in module.nodes:
        if isinstance(node, ast.Call) and _name(node.func) in ASKS:
            for given in node.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and _is_permission(given.value):
                    yield node.lineno, given.value


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_permission(text: str) -> bool:
    room, dot, verb = text.partition(".")
    return bool(dot) and room.isidentifier() and verb.isidentifier()


def held_without_words() -> list[str]:
    """Permissions that a role holds or is denied, and that the list does not know."""
    granted = set().union(*permissions.ROLES.values(), *permissions.DENIED.values()) - {"*"}
    return [
        f"A role holds “{each}”, which PERMISSIONS does not know."
        for each in sorted(granted - set(permissions.PERMISSIONS))
    ]


def exported_blindly() -> list[str]:
    """Roles that may take lists out of a room into which they may not look."""
    return [
        f"The role {role} holds “{each}” without “{each.partition('.')[0]}.view”."
        for role, held in permissions.ROLES.items()
        for each in sorted(held)
        if each.endswith(".export") and f"{each.partition('.')[0]}.view" not in held
    ]
