"""A process of its own that moves a folder in; made to be killed."""

import sys
from pathlib import Path

import django


def main(folder: Path) -> None:
    """Apply the folder, at the tests' instant."""
    django.setup()
    from regulars.loyalty.imports import actions, steps
    from tests.make import AT, BY

    for file in steps.TOGETHER:
        steps.TOGETHER[file] = 100
    with actions.look(folder, is_to_apply=True, at=AT) as found:
        print("looked", flush=True)
        actions.apply(found, by=BY, at=AT)
        print("applied", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
