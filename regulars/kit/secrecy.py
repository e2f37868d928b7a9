"""What never goes into a log: phones, mailboxes, codes, card numbers, tokens of links, passwords and secrets; pure.

It rather hides a number too much than a phone too little: whoever needs the number finds it by the id of the request or of the
row, behind a permission.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

HIDDEN: Final = "…"
LONGEST: Final = 20_000
"""Beyond so many characters nobody reads a line, and looking through it would take long."""
_TELLING: Final = (
    r"pass(?:word|wd|code|phrase)?|pwd|secret(?:[_-]?key)?|(?:private|access|api)[_-]?key|token|authorization|cookie|csrf\w*|session(?:[_-]?id)?|otp|pin"
    r"|phone|mobile|msisdn|e-?mail|mailbox|recipient|addressee|(?:first|last|full)[_-]?name|birth\w*|barcode|card(?:[_-]?number)?"
)
_VALUE: Final = r"""(?:"[^"]*"|'[^']*'|[^\s,;&)}\]"']+)"""
_MAIL: Final = r"[\w.!#$%&'*+/=?^`{|}~-]"
_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # The token of a personal link, and what an address carries behind the question mark under a telling name.
    (re.compile(r"/(u|preferences)/[^\s/?]+"), rf"/\1/{HIDDEN}"),
    (re.compile(rf"([?&](?:word|key|code|next|q|{_TELLING})=)[^&\s\"']*", re.I), rf"\1{HIDDEN}"),
    # The password in an address of a server.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@]*@", re.I), rf"\1:{HIDDEN}@"),
    (re.compile(r"\b(bearer|basic|digest|negotiate)\s+[\w.~+/=:-]{6,}", re.I), rf"\1 {HIDDEN}"),
    # Our own keys, and anything that is signed: value, time, signature.
    (re.compile(r"\b((?:till|key)(?:_test|_team|_live)?)_[A-Za-z0-9_-]{20,}"), rf"\1_{HIDDEN}"),
    (re.compile(r"\b(?:ey|Wy|Il)[\w-]{6,}[.:][\w.:-]{6,}"), HIDDEN),
    (re.compile(r"[\w-]{4,}:[\w-]{4,8}:[\w-]{20,}"), HIDDEN),
    (re.compile(rf"(?<![\w-])((?:\w*_)?(?:{_TELLING})[\"']?\s*[=:]\s*){_VALUE}", re.I), rf"\1{HIDDEN}"),
    # What the database says about a row, and what a validator got.
    (re.compile(r"\b(DETAIL|CONTEXT|HINT|LINE \d+|QUERY|STATEMENT):.*", re.S), rf"\1: {HIDDEN}"),
    (re.compile(r"\b(input_value|input)=.*?(?=, input_type=|\]|$)"), rf"\1={HIDDEN}"),
    (re.compile(rf"(?<!{_MAIL}){_MAIL}+@[\w-][\w.-]*"), f"{HIDDEN}@{HIDDEN}"),
    (re.compile(r"\b(code|код|pin|пин)\b(\W{1,3})[\w-]{3,7}\d\b", re.I), rf"\1\2{HIDDEN}"),
    # A phone or a card in one piece, and six digits, which are as many as a code has.
    (re.compile(r"(?<!\w)\+?\d{9,}|\d{9,}(?!\w)"), HIDDEN),
    (re.compile(r"(?<![\w.,])\d{3}[ -]?\d{3}(?![\w])(?!\.\d)(?![ -]\d)"), HIDDEN),
)
# Most of what stands in a line: letters, without anything that a rule begins with.
_HARMLESS: Final = re.compile(r"(?!.*/(?:u|preferences)/)(?!.*\b(?:bearer|basic|digest|negotiate)\b)[a-z_/ -]*", re.I)
# Digits with whatever people put between them.
_NUMBER: Final = re.compile(r"(?<!\w)\+?\(?\d(?:[\s\u00a0().\u2010-\u2015-]{0,2}\d){6,}(?!\w)")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_NETWORK_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_QUOTED: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_RAISED: Final = re.compile(r"\b(\w*(?:Error|Exception|DoesNotExist|Timeout))\((?:[^()]|\([^()]*\))*\)")
_TELLING_KEY: Final = re.compile(rf"^(?:\w*_)?(?:{_TELLING}|address|text|body|name)$", re.I)


def hidden(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without what must not be in a log; `secrets` are values that are known to be secret, wherever they stand."""
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]} [cut]"
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    if _HARMLESS.fullmatch(text):
        return text
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return _NUMBER.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    """Hide nine digits or more, or fewer behind a plus; dates and network addresses stay."""
    said = found.group()
    if _NETWORK_ADDRESS.fullmatch(said):
        return said
    if _DATE.match(said):
        return said[:10] + _NUMBER.sub(_number, said[10:])
    return HIDDEN if sum(sign.isdigit() for sign in said) >= 9 or said.startswith("+") else said


def without_values(words: str) -> str:
    """What an exception says, without what it quotes: that may be somebody's name."""
    return _QUOTED.sub(f"'{HIDDEN}'", words)


def without_raised(text: str) -> str:
    """A text in which exceptions stand as Python writes them, such as `ValueError('Anna')`, without their words."""
    return _RAISED.sub(rf"\1({HIDDEN})", text)


def hidden_in(value: Any, secrets: Iterable[str] = (), *, name: str = "") -> Any:
    """The same for whatever a line carries: texts, lists and tables of them, and numbers as long as a phone."""
    if name and _TELLING_KEY.match(name) and value is not None:
        return HIDDEN
    if isinstance(value, str):
        return hidden(value, secrets)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return HIDDEN if abs(value) >= 100_000_000 else value
    if isinstance(value, float):
        return HIDDEN if abs(value) >= 100_000_000 else value
    if isinstance(value, Mapping):
        return {hidden(str(key), secrets): hidden_in(each, secrets, name=str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [hidden_in(each, secrets) for each in value]
    return hidden(without_raised(str(value)), secrets)
