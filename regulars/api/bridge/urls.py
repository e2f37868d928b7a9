"""The address book of the bridge, version 1: what Smart Communications calls."""

from regulars.api import problems
from regulars.api.bridge import changes
from regulars.api.signed import SignedBySister

api = problems.make_api(
    title="Regulars: bridge from Smart Communications",
    version="1",
    urls_namespace="bridge",
    auth=SignedBySister("smartcomms", "api/bridge"),
    description="Only whole channels cross: SMS, email and push. Categories, automatic calls and bots do not.",
)
api.add_router("", changes.router)
