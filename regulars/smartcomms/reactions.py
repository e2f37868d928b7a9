"""When this happens in Smart Communications, do that: one line per event, be it empty."""

from regulars.access import events as access
from regulars.journal import reactions
from regulars.messages import events as messages
from regulars.messages import gate
from regulars.providers import events as providers
from regulars.smartcomms.customers import events as customers
from regulars.smartcomms.subscriptions import events as subscriptions
from regulars.smartcomms.subscriptions import gate as consent
from regulars.smartcomms.sync.actions import publish_channel_switched


def register() -> None:
    """Tell the journal what Smart Communications does about what happens, and the message queue whom to ask."""
    gate.register("smartcomms", consent.refusals)
    reactions.register(
        "smartcomms",
        {
            access.EmployeeAdded: [],
            access.TillKeyIssued: [],
            access.TillKeyRevoked: [],
            messages.AddressSuppressed: [],
            providers.GatewayPaused: [],
            customers.CustomersReceived: [],
            customers.CustomerErased: [],
            subscriptions.CategoryAdded: [],
            subscriptions.CategoryChanged: [],
            subscriptions.ReasonAdded: [],
            subscriptions.ChannelSwitched: [publish_channel_switched],
        },
    )
