"""The address book of the tills' API, version 1."""

from regulars.api import problems
from regulars.api.pos import members, purchases, receipts
from regulars.api.pos.tills import TillKeyAuth

api = problems.make_api(
    title="Regulars: tills",
    version="1",
    urls_namespace="pos",
    auth=TillKeyAuth(),
    description="Prices, purchases and registration at the till. Money in minor units, quantities in thousandths.",
)
api.add_router("", purchases.router)
api.add_router("", receipts.router)
api.add_router("", members.router)
