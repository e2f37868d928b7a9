"""The address book of Smart Communications' API, version 1: what Loyalty calls."""

from regulars.api import problems
from regulars.api.signed import SignedBySister
from regulars.api.smartcomms import changes

api = problems.make_api(
    title="Regulars: Smart Communications",
    version="1",
    urls_namespace="smartcomms",
    auth=SignedBySister("loyalty", "api/smartcomms"),
    description="Members as Loyalty knows them, and Mailings per channel: SMS, email and push. Nothing else crosses.",
)
api.add_router("", changes.router)
