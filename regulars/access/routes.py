"""The one table of addresses: whom each opens for. A house test holds it against the address book.

`public` is anybody, `member` a signed-in member, `till` and `sister` hold a key, `employee` any employee (the pages inside ask
the permission table), `demo` exists only under `regulars demo`; else a permission. `till/*` means all addresses below `till/`.
"""

from typing import Final

ROUTES: Final[dict[str, str]] = {}
