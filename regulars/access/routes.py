"""The one table of addresses: whom each opens for. A house test holds it against the address book.

`public` is anybody, `member` a signed-in member, `till` and `sister` hold a key, `employee` any employee (the pages
inside ask the permission table), `demo` exists only under `regulars demo`; else it is a permission. `till/*` means all
addresses below `till/`.
"""

from typing import Final

ROUTES: Final[dict[str, str]] = {
    # Pages
    "": "public",
    "first-visit/": "public",
    "demo/consent/*": "demo",
    "demo/sign-in/<slug:role>": "demo",
    "sandbox/*": "demo",
    "account/": "member",
    "account/card/": "member",
    "account/devices/": "member",
    "account/points/": "member",
    "account/purchases/<slug:public_id>/": "member",
    "account/subscriptions/": "member",
    "account/subscriptions/sentence/": "member",
    "account/sign-in/": "public",
    "account/sign-in/code/": "public",
    "account/sign-out/": "public",
    "till/": "till",
    "till/add": "till",
    "till/count": "till",
    "till/forget": "till",
    "till/join": "till",
    "till/new": "till",
    "till/pay": "till",
    "till/points": "till",
    "till/scan": "till",
    "till/undo": "till",
    "till/sign-in": "public",
    "till/sign-out": "public",
    "preferences/<str:token>": "public",
    "u/<str:token>": "public",
    "backoffice/*": "employee",
    "backoffice/login/": "public",
    "smartcomms/*": "employee",
    "smartcomms/login/": "public",
    # APIs
    "api/pos/v1/": "public",
    "api/pos/v1/docs": "public",
    "api/pos/v1/openapi.json": "public",
    "api/pos/v1/members": "till",
    "api/pos/v1/purchases/<purchase>/calculate": "till",
    "api/pos/v1/purchases/<purchase>/cancel": "till",
    "api/pos/v1/purchases/<purchase>/confirm": "till",
    "api/pos/v1/purchases/<purchase>/reserve": "till",
    "api/bridge/v1/": "public",
    "api/bridge/v1/docs": "public",
    "api/bridge/v1/openapi.json": "public",
    "api/bridge/v1/changes": "sister",
    # Neither
    "healthz": "public",
    "docs/errors": "public",
    "i18n/setlang/": "public",
}
