"""When this happens in Loyalty, do that: one line per event, be it empty."""

from regulars.access import employees
from regulars.access import events as access
from regulars.journal import reactions
from regulars.kit import chores
from regulars.loyalty.audiences import events as audiences
from regulars.loyalty.cards import events as cards
from regulars.loyalty.cards.actions import retire_cards
from regulars.loyalty.checkout import events as checkout
from regulars.loyalty.goods import events as goods
from regulars.loyalty.imports import events as imports
from regulars.loyalty.mailings import events as mailings
from regulars.loyalty.mailings import sending
from regulars.loyalty.members import events as members
from regulars.loyalty.members import sign_in
from regulars.loyalty.notifications import events as notifications
from regulars.loyalty.notifications import health as notifications_health
from regulars.loyalty.notifications.actions import notify_points_accrued
from regulars.loyalty.offers import events as offers
from regulars.loyalty.points import events as points
from regulars.loyalty.points import health as points_health
from regulars.loyalty.points.actions import activate_due, expire_due, forfeit_points, release_due
from regulars.loyalty.programme import events as programme
from regulars.loyalty.purchases import events as purchases
from regulars.loyalty.stores import events as stores
from regulars.loyalty.subscriptions import events as subscriptions
from regulars.loyalty.subscriptions import gate as consent
from regulars.loyalty.subscriptions.actions import end_consent
from regulars.loyalty.sync import events as sync
from regulars.loyalty.sync import health as sync_health
from regulars.loyalty.sync import schedule
from regulars.loyalty.sync.actions import (
    exchange_when_due,
    note_own_change,
    publish_imported_members,
    publish_mailings_switched,
    publish_member,
)
from regulars.messages import events as messages
from regulars.messages import gate
from regulars.messages.actions import forget_tests
from regulars.providers import events as providers
from regulars.runs import events as runs


def register() -> None:
    """Tell the journal what Loyalty does about what happens, the message queue whom to ask, and the scheduler what is due."""
    gate.register("loyalty", consent.refusals)
    _register_chores()
    _register_the_ground()
    _register_people()
    _register_health()
    reactions.register(
        "loyalty",
        {
            programme.ProgrammeCreated: [],
            programme.ProgrammeRenamed: [],
            programme.HomeZoneChanged: [],
            programme.PointsWorthChanged: [],
            programme.PointsCurrencyRenamed: [],
            programme.PointsCurrencyAdded: [],
            programme.ConsentModeChanged: [],
            programme.RoundingChanged: [],
            programme.PointsShareLimitChanged: [],
            stores.PartnerAdded: [],
            stores.StoresAdded: [],
            stores.TillsOpened: [],
            stores.TillClosed: [],
            stores.TillReopened: [],
            stores.PastTillsAdded: [],
            goods.GroupsChanged: [],
            goods.ProductsChanged: [],
            audiences.AudienceSaved: [],
            audiences.AudienceChanged: [],
            audiences.AudienceArchived: [],
            offers.OfferDrafted: [],
            offers.OfferChanged: [],
            offers.OfferCopied: [],
            offers.OffersPublished: [],
            offers.OfferStopped: [],
            points.PointsAccrued: [notify_points_accrued],
            points.PointsRedeemed: [],
            points.PointsForfeited: [],
            points.PointsActivated: [],
            points.PointsExpired: [],
            points.HoldLapsed: [],
            points.PointsImported: [],
            purchases.PurchaseConfirmed: [],
            purchases.PurchasesImported: [],
            checkout.PurchaseReserved: [],
            checkout.PurchaseCancelled: [],
            notifications.RuleSet: [],
            mailings.MailingDrafted: [],
            mailings.MailingChanged: [],
            mailings.MailingScheduled: [],
            mailings.MailingUnscheduled: [],
            mailings.MailingNotStarted: [],
            mailings.MailingTested: [],
            mailings.MailingArchived: [],
            imports.ImportBegun: [],
            imports.ImportEnded: [],
            sync.MailingsSwitched: [publish_mailings_switched],
        },
    )


def _register_people() -> None:
    reactions.register(
        "loyalty",
        {
            members.MemberRegistered: [publish_member],
            members.MembersImported: [publish_imported_members],
            members.ProfileChanged: [publish_member],
            members.PhoneVerified: [publish_member],
            members.MemberBlocked: [publish_member],
            members.MemberUnblocked: [publish_member],
            members.MemberLeft: [retire_cards, forfeit_points, end_consent, publish_member],
            members.ProfileOpened: [],
            members.ContactsRevealed: [],
            members.MemberSignedIn: [],
            members.MemberSignedOut: [],
            cards.SeriesAdded: [],
            cards.CardsIssued: [],
            cards.CardActivated: [],
            cards.CardBlocked: [],
            cards.CardUnblocked: [],
            cards.CardsRetired: [],
            cards.CardsImported: [],
            subscriptions.MailingTypeAdded: [],
            subscriptions.ConsentChanged: [note_own_change],
            subscriptions.ConsentImported: [],
        },
    )


def _register_chores() -> None:
    chores.register("mailings", sending.send_due, every_s=0.5)
    chores.register("forget tests of mailings", lambda at: forget_tests(at=at), every_s=3600)
    chores.register("forget tries to sign in", employees.forget_old, every_s=600)
    chores.register("forget codes and sessions", lambda at: sign_in.forget_old(at=at), every_s=3600)
    chores.register("exchange with Smart Communications", exchange_when_due, every_s=schedule.look_every_s())
    chores.register("activate points", lambda at: activate_due(at=at), every_s=5)
    chores.register("expire points", lambda at: expire_due(at=at), every_s=5)
    chores.register("release held points", lambda at: release_due(at=at), every_s=5)


def _register_health() -> None:
    notifications_health.register()
    points_health.register()
    sync_health.register()


def _register_the_ground() -> None:
    reactions.register(
        "loyalty",
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
        },
    )
