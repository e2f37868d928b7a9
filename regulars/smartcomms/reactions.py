"""When this happens in Smart Communications, do that: one line per event, be it empty."""

from django.conf import settings

from regulars.access import employees
from regulars.access import events as access
from regulars.gateways.rabbitmq import receivers
from regulars.gateways.rabbitmq.receivers import Receiver
from regulars.journal import reactions
from regulars.kit import chores
from regulars.messages import events as messages
from regulars.messages import gate
from regulars.messages.actions import forget_tests
from regulars.providers import events as providers
from regulars.runs import events as runs
from regulars.smartcomms.customers import events as customers
from regulars.smartcomms.mailings import events as mailings
from regulars.smartcomms.mailings.sending import send_due
from regulars.smartcomms.subscriptions import events as subscriptions
from regulars.smartcomms.subscriptions import gate as consent
from regulars.smartcomms.sync import health, letters
from regulars.smartcomms.sync.actions import forget_old, publish_channel_switched, receive_letter, take_in


def register() -> None:
    """Tell the journal what Smart Communications does about what happens, the message queue whom to ask, the scheduler what
    is due, and the bus who receives."""
    gate.register("smartcomms", consent.refusals)
    health.register()
    chores.register("take in parcels from Loyalty", take_in, every_s=min(60.0, settings.EXCHANGE_EVERY_S or 60.0))
    chores.register("smart communications mailings", send_due, every_s=1)
    chores.register("forget tests of mailings", lambda at: forget_tests(at=at), every_s=3600)
    chores.register("forget tries to sign in", employees.forget_old, every_s=600)
    chores.register("forget letters from Loyalty", forget_old, every_s=3600)
    receivers.register("smartcomms", Receiver(receive_letter, letters.judge))
    reactions.register(
        "smartcomms",
        {
            access.EmployeeAdded: [],
            access.EmployeeChanged: [],
            access.EmployeeClosed: [],
            access.EmployeeReopened: [],
            access.SetUpLinkMade: [],
            access.SetUpLinkUsed: [],
            access.EmployeeSignedIn: [],
            access.PasswordChanged: [],
            access.SecondFactorAdded: [],
            access.SecondFactorRemoved: [],
            access.SecondFactorsWithdrawn: [],
            access.SessionsEnded: [],
            access.ListExported: [],
            access.TillKeyIssued: [],
            access.TillKeyRevoked: [],
            access.TeamContactAdded: [],
            access.TeamContactRemoved: [],
            messages.AddressSuppressed: [],
            providers.GatewaySet: [],
            providers.GatewayTurned: [],
            providers.GatewayResumed: [],
            providers.GatewayPaused: [],
            providers.PricesSet: [],
            providers.SendingHeld: [],
            providers.SendingReleased: [],
            runs.RunStarted: [],
            runs.RunPaused: [],
            runs.RunReleased: [],
            runs.RunCancelled: [],
            runs.RunEnded: [],
            customers.CustomersReceived: [],
            customers.CustomerErased: [],
            subscriptions.CategoryAdded: [],
            subscriptions.CategoryChanged: [],
            subscriptions.ReasonAdded: [],
            subscriptions.ChannelSwitched: [publish_channel_switched],
            mailings.MailingDrafted: [],
            mailings.MailingChanged: [],
            mailings.MailingScheduled: [],
            mailings.MailingUnscheduled: [],
            mailings.MailingNotStarted: [],
            mailings.MailingTested: [],
            mailings.MailingArchived: [],
        },
    )
