"""The three steps from a department to a product's group, each with its code and name."""

from functools import lru_cache

from regulars.management.demo import wording
from regulars.management.demo.shopping import ProductGroup


@lru_cache(maxsize=8192)
def path(department: str, category: str, kind: str) -> tuple[ProductGroup, ...]:
    """Build the groups from department to kind; a step that the source does not know is left out."""
    groups: list[ProductGroup] = []
    for raw, named in ((department, wording.department), (category, wording.readable), (kind, wording.readable)):
        step = wording.group_code(raw)
        if step:
            parent = groups[-1].code if groups else None
            groups.append(ProductGroup(f"{parent}.{step}" if parent else step, named(raw), parent))
    return tuple(groups)
