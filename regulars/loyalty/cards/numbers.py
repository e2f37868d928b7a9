"""Card numbers: a prefix, a running number and a check digit by Luhn (ISO/IEC 7812-1, annex B); pure."""

SHORTEST, LONGEST = 8, 19
LIKE_PHONES = range(10, 13)


def check_digit(digits: str) -> str:
    """The digit that makes the number end right: from the right every second digit counts double."""
    total = 0
    for place, letter in enumerate(reversed(digits)):
        doubled = int(letter) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_valid(number: str) -> bool:
    """Tell whether this can be a card's number: digits only, a possible length, the right check digit."""
    is_digits = number.isascii() and number.isdigit()
    return is_digits and SHORTEST <= len(number) <= LONGEST and check_digit(number[:-1]) == number[-1]


def capacity(prefix: str, length: int) -> int:
    """How many numbers a series of this prefix and length can have."""
    return int(10 ** (length - len(prefix) - 1))


def number(prefix: str, running: int, length: int) -> str:
    """The card number at this place of a series; `length` counts all digits. Raises `ValueError` beyond the last."""
    if not 0 <= running < capacity(prefix, length):
        raise ValueError(f"a series of {capacity(prefix, length)} numbers has no number {running}")
    body = f"{prefix}{running:0{length - len(prefix) - 1}}"
    return body + check_digit(body)
