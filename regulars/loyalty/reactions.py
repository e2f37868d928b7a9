"""When this happens in Loyalty, do that: one line per event, be it empty."""

from regulars.access import events as access
from regulars.journal import reactions
from regulars.loyalty.cards import events as cards
from regulars.loyalty.goods import events as goods
from regulars.loyalty.members import events as members
from regulars.loyalty.notifications import events as notifications
from regulars.loyalty.offers import events as offers
from regulars.loyalty.points import events as points
from regulars.loyalty.programme import events as programme
from regulars.loyalty.purchases import events as purchases
from regulars.loyalty.stores import events as stores
from regulars.loyalty.subscriptions import events as subscriptions
from regulars.messages import events as messages


def register() -> None:
    """Tell the journal what Loyalty does about what happens, and the message queue whom to ask."""
    reactions.register(
        "loyalty",
        {
            access.EmployeeAdded: [],
            access.TillKeyIssued: [],
            access.TillKeyRevoked: [],
            messages.AddressSuppressed: [],
            messages.GatewayPaused: [],
            programme.ProgrammeCreated: [],
            programme.PointsCurrencyAdded: [],
            programme.ConsentModeChanged: [],
            stores.PartnerAdded: [],
            stores.StoresAdded: [],
            stores.TillsOpened: [],
            stores.TillClosed: [],
            goods.GroupsChanged: [],
            goods.ProductsChanged: [],
            members.MemberRegistered: [],
            members.MembersImported: [],
            members.ProfileChanged: [],
            members.PhoneVerified: [],
            members.MemberBlocked: [],
            members.MemberUnblocked: [],
            members.MemberLeft: [],
            members.MemberSignedIn: [],
            members.MemberSignedOut: [],
            cards.SeriesAdded: [],
            cards.CardsIssued: [],
            cards.CardActivated: [],
            cards.CardBlocked: [],
            cards.CardUnblocked: [],
            cards.CardsRetired: [],
            subscriptions.MailingTypeAdded: [],
            subscriptions.ConsentChanged: [],
            offers.OfferDrafted: [],
            offers.OffersPublished: [],
            offers.OfferStopped: [],
            points.PointsAccrued: [],
            points.PointsRedeemed: [],
            points.PointsForfeited: [],
            purchases.PurchaseConfirmed: [],
            notifications.RuleSet: [],
        },
    )
