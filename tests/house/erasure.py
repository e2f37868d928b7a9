"""What leaving does to every column that can hold words, in both systems and on the ground.

Kinds: `none` (says nothing about a person), `pseudonymous` (an id or code that stays with the tombstone), `personal`,
`secret` and `evidence` (proof of consent, in codes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

type Kind = Literal["none", "pseudonymous", "personal", "secret", "evidence"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """A column, what kind of words it holds, and what happens to them when the person leaves."""

    table: str
    column: str
    kind: Kind
    action: str


def _erasures(kind: Kind, table: str, columns: str, action: str) -> Iterator[Erasure]:
    return (Erasure(table, column, kind, action) for column in columns.split())


def _none(table: str, columns: str) -> Iterator[Erasure]:
    return _erasures("none", table, columns, "stays: it says nothing about a person")


def _pseudonymous(table: str, columns: str, action: str = "stays: ids and codes only") -> Iterator[Erasure]:
    return _erasures("pseudonymous", table, columns, action)


def _personal(table: str, columns: str, action: str) -> Iterator[Erasure]:
    return _erasures("personal", table, columns, action)


def _secret(table: str, columns: str, action: str) -> Iterator[Erasure]:
    return _erasures("secret", table, columns, action)


def _evidence(table: str, columns: str) -> Iterator[Erasure]:
    return _erasures("evidence", table, columns, "stays as proof of what was consented to: codes only")


_GROUND = (
    *_none("journal_entry", "system event by_kind door"),
    *_pseudonymous("journal_entry", "person_id by_id body"),
    *_none("journal_delivery", "reaction state last_error"),
    *_pseudonymous("journal_delivery", "person_id"),
    *_pseudonymous("journal_personal", "person_id", "row deleted by journal.erase_person"),
    *_none("journal_personal", "field"),
    *_personal("journal_personal", "before after ip", "row deleted by journal.erase_person"),
    *_secret("access_employee", "password", "an employee's, not a member's: goes with the employee"),
    *_personal("access_employee", "login name", "an employee's, not a member's: goes with the employee"),
    *_none("access_employee", "roles"),
    *_secret("access_setuplink", "token_hash", "an employee's, not a member's: a hash"),
    *_personal(
        "access_remembered", "cache_key", "an address that tried to sign in; row deleted when its minutes are over"
    ),
    *_none("access_remembered", "value"),
    *_none("access_tillkey", "prefix kind"),
    *_personal("access_teamcontact", "address note", "an employee's, not a member's: removed by an administrator"),
    *_secret("access_tillkey", "key_hash", "a till's, not a member's: a hash"),
    *_none("providers_gateway", "channel provider name trouble"),
    *_secret("providers_gateway", "settings", "a provider's, not a member's"),
    *_none("providers_price", "prefix"),
    *_none("providers_hold", "reason held_by released_by put_aside"),
    *_none("runs_run", "system public_id kind channel state trouble estimate"),
    *_pseudonymous("runs_run", "mailing_id started_by"),
    *_pseudonymous("runs_recipient", "person_id"),
    *_none("runs_recipient", "state reason"),
    *_none(
        "messages_message",
        "system channel message_class subject template sender state reason claimed_by queued_by reach",
    ),
    *_pseudonymous("messages_message", "person_id origin"),
    *_personal(
        "messages_message", "address text subject_line html unsubscribe_url", "emptied by messages.erase_person"
    ),
    *_pseudonymous("messages_delivery", "person_id provider_id"),
    *_none("messages_delivery", "state code"),
    *_pseudonymous("messages_receipt", "provider_id"),
    *_personal("messages_receipt", "address", "row deleted by messages.erase_person"),
    *_none("messages_receipt", "state code"),
    *_none("messages_tally", "outcome"),
    *_none("messages_suppression", "channel reason"),
    *_pseudonymous("messages_suppression", "person_id", "row deleted by messages.erase_person"),
    *_personal("messages_suppression", "address", "row deleted by messages.erase_person"),
)
_LOYALTY = (
    *_none(
        "loyalty_programme_programme",
        "public_id name currency region time_zone consent_mode consent_modes rounding_mode",
    ),
    *_none("loyalty_programme_pointscurrency", "code name"),
    *_none("loyalty_stores_partner", "public_id code name"),
    *_none("loyalty_stores_store", "public_id code name time_zone"),
    *_none("loyalty_stores_till", "public_id code name"),
    *_none("loyalty_goods_productgroup", "code name"),
    *_none("loyalty_goods_product", "sku name brand groups"),
    *_pseudonymous("loyalty_members_member", "public_id", "stays: the tombstone's random id"),
    *_none("loyalty_members_member", "state registered_via"),
    *_personal(
        "loyalty_members_member", "first_name last_name birth_date locale time_zone city", "emptied by members.leave"
    ),
    *_none("loyalty_members_identifier", "kind"),
    *_personal("loyalty_members_identifier", "value", "row deleted by members.leave"),
    *_none("loyalty_members_onetimecode", "purpose"),
    *_personal(
        "loyalty_members_onetimecode", "phone", "row deleted by members.leave, else an hour later by sign_in.forget_old"
    ),
    *_secret("loyalty_members_onetimecode", "code_mac", "row deleted by members.leave"),
    *_pseudonymous(
        "loyalty_members_onetimecode", "guest_id", "row deleted with the phone, and what was sent to it emptied"
    ),
    *_pseudonymous(
        "loyalty_members_codetally", "source", "row deleted an hour later by sign_in.forget_old: a keyed hash"
    ),
    *_secret("loyalty_members_session", "token_hash", "row deleted by members.leave"),
    *_personal("loyalty_members_session", "device", "row deleted by members.leave"),
    *_none("loyalty_cards_series", "code name prefix"),
    *_pseudonymous("loyalty_cards_card", "number", "taken from the member and blocked for good by cards.retire_cards"),
    *_none("loyalty_cards_card", "state block_reason"),
    *_none("loyalty_subscriptions_mailingtype", "code base name channels"),
    *_evidence("loyalty_subscriptions_entry", "cause by_kind by_id door cells wording reason"),
    *_pseudonymous("loyalty_points_operation", "source external_key body_hash answer by_id"),
    *_none("loyalty_points_operation", "kind by_kind door"),
    *_none("loyalty_points_lot", "source_kind"),
    *_none("loyalty_points_hold", "state"),
    *_none("loyalty_points_entry", "account"),
    *_pseudonymous("loyalty_purchases_purchase", "number public_id"),
    *_none("loyalty_purchases_purchase", "outcomes"),
    *_none("loyalty_purchases_line", "sku name"),
    *_none("loyalty_purchases_tender", "type"),
    *_none("loyalty_purchases_benefit", "kind"),
    *_pseudonymous("loyalty_checkout_reservation", "number"),
    *_none("loyalty_checkout_reservation", "state"),
    *_none("loyalty_audiences_audience", "public_id name filter"),
    *_pseudonymous("loyalty_audiences_audience", "created_by changed_by", "stays: an employee's login, not a member's"),
    *_none("loyalty_offers_offer", "public_id name state benefit scope groups skus store_codes currency_code"),
    *_none("loyalty_offers_publication", "rules by_kind by_id"),
    *_none("loyalty_notifications_rule", "event channel mailing_type sender texts"),
    *_none(
        "loyalty_mailings_mailing",
        "public_id name channel mailing_type audience_id sender texts subject_lines bodies state trouble",
    ),
    *_pseudonymous("loyalty_mailings_mailing", "changed_by"),
    *_evidence("loyalty_sync_channelversion", "channel origin cause"),
    *_pseudonymous("loyalty_sync_quarantined", "person_id"),
    *_pseudonymous("loyalty_sync_untold", "person_id", "row deleted with the next parcel"),
    *_none("loyalty_sync_quarantined", "channel origin reason"),
    *_none("loyalty_imports_import", "public_id seal by_kind"),
    *_pseudonymous("loyalty_imports_import", "by_id"),
    *_none("loyalty_imports_file", "name digest"),
    *_pseudonymous(
        "loyalty_imports_arrival", "number_hash", "stays: a salted hash, so that who has left is not imported again"
    ),
)
_SISTER = "emptied when the bridge says that the member is gone"
_SMARTCOMMS = (
    *_pseudonymous("smartcomms_customers_customer", "person_id", "stays: the tombstone's random id"),
    *_personal("smartcomms_customers_customer", "first_name last_name phone email locale time_zone", _SISTER),
    *_pseudonymous("smartcomms_subscriptions_channelswitch", "person_id"),
    *_evidence("smartcomms_subscriptions_channelswitch", "channel origin"),
    *_none("smartcomms_subscriptions_category", "code name description defaults"),
    *_pseudonymous("smartcomms_subscriptions_categorystatus", "person_id"),
    *_evidence("smartcomms_subscriptions_categorystatus", "channel"),
    *_none("smartcomms_subscriptions_unsubscriptionreason", "code text"),
    *_pseudonymous("smartcomms_subscriptions_entry", "person_id"),
    *_evidence("smartcomms_subscriptions_entry", "cause by_kind by_id door changes reason"),
    *_none(
        "smartcomms_mailings_mailing",
        "public_id name channel category audience sender texts subject_lines bodies state trouble",
    ),
    *_pseudonymous("smartcomms_mailings_mailing", "changed_by"),
    *_pseudonymous("smartcomms_sync_quarantined", "person_id"),
    *_none("smartcomms_sync_inbox", "message_id"),
    *_none("smartcomms_sync_parcel", "digest"),
    *_none("smartcomms_sync_quarantined", "channel origin reason"),
)
ERASURES = (*_GROUND, *_LOYALTY, *_SMARTCOMMS)
