"""Append-only tables: where the source tries to change or delete what they hold."""

import ast
import re

from tests.house.source import Module, Source

CHANGES = {"update", "aupdate", "delete", "adelete", "bulk_update", "save", "update_or_create"}


def append_only(source: Source) -> dict[str, str]:
    """Tables of models that say `append_only = True`, and the full name of the model."""
    return {
        table: f"{module.name}.{node.name}"
        for module in source.modules
        if module.name.endswith(".models")
        for node in module.classes
        if re.search(r"^    append_only = True$", body := ast.get_source_segment(module.text, node) or "", re.M)
        for table in re.findall(r'db_table = "(\w+)"', body)
    }


def changes(source: Source) -> list[str]:
    """Statements and query sets that change history."""
    tables = append_only(source)
    return [
        f"{module.path}:{line} changes {what}, which is append-only: write a new row that corrects the old one."
        for module in source.modules
        for line, what in [*_in_sql(module, set(tables)), *_in_querysets(module, set(tables.values()))]
    ]


def _in_sql(module: Module, tables: set[str]) -> list[tuple[int, str]]:
    pattern = re.compile(r"\b(?:update|delete\s+from|truncate(?:\s+table)?|merge\s+into)\s+(?:only\s+)?(\w+)", re.I)
    return [
        (text.lineno, table)
        for text in module.texts
        for table in pattern.findall(str(text.value))
        if table.lower() in tables
    ]


def _in_querysets(module: Module, models: set[str]) -> list[tuple[int, str]]:
    return [
        (node.lineno, model)
        for node in module.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CHANGES
        and (model := _root(module, node.func.value)) in models
    ]


def _root(module: Module, node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return module.resolved(node)
