"""Phone numbers in one form (ITU-T E.164), and how little of them to show."""

import phonenumbers

from regulars.kit.refusal import Refusal


class BadPhone(Refusal):
    """The text is not a phone number that could exist."""

    code = "phone_not_recognised"


def normalise(raw: str, region: str) -> str:
    """Turn what a person typed into E.164 (`+44…`); `region` is the ISO 3166 code used for national forms.

    Raises `BadPhone` when no network could route the number.
    """
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as error:
        raise BadPhone(f"“{raw[:30]}” does not look like a phone number.", field="phone") from error
    if not phonenumbers.is_possible_number(number):
        raise BadPhone(f"“{raw[:30]}” has too few or too many digits for a phone number.", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(phone: str) -> str:
    """Show the country part and the last two digits only: `+44 ••• 42`."""
    return f"{phone[:3]} ••• {phone[-2:]}" if len(phone) > 6 else "•••"
