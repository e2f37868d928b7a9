"""The one table of addresses: whom each opens for. A house test holds it against the address book.

`public` is anybody, `member` a signed-in member, `till` and `sister` hold a key, `employee` any employee (the pages
inside ask the permission table), `demo` exists only under `regulars demo`; else a permission. `till/*` means all
addresses below `till/`.
"""

from typing import Final

ROUTES: Final[dict[str, str]] = {
    "api/pos/v1/": "public",
    "api/pos/v1/docs": "public",
    "api/pos/v1/openapi.json": "public",
    "api/pos/v1/members": "till",
    "api/pos/v1/purchases/<purchase>/calculate": "till",
    "api/pos/v1/purchases/<purchase>/confirm": "till",
    "api/bridge/v1/": "public",
    "api/bridge/v1/docs": "public",
    "api/bridge/v1/openapi.json": "public",
    "api/bridge/v1/changes": "sister",
    "api/smartcomms/v1/": "public",
    "api/smartcomms/v1/docs": "public",
    "api/smartcomms/v1/openapi.json": "public",
    "api/smartcomms/v1/changes": "sister",
    "healthz": "public",
    "i18n/setlang/": "public",
    "u/<str:token>": "public",
}
