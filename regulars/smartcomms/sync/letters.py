"""Reads letters from the broker: who signed them, and whether they are facts of the bridge."""

from django.conf import settings
from pydantic import ValidationError

from regulars.contract import signing
from regulars.contract.changes import Batch
from regulars.gateways.rabbitmq.receivers import Letter, LetterRefused

_LONGEST_BODY = 5 * 1024 * 1024
_LONGEST_ID = 255


def read(letter: Letter) -> Batch:
    """The facts in a letter. Raises `LetterRefused`, naming what is wrong and none of the content."""
    if not 0 < len(letter.message_id) <= _LONGEST_ID or "\x00" in letter.message_id:
        raise LetterRefused("it has no usable message id")
    if len(letter.body) > _LONGEST_BODY:
        raise LetterRefused("it is too long")
    if not signing.is_authentic(settings.SISTER_KEY, letter.body, letter.signature):
        raise LetterRefused("the signature does not fit the body and the sister's key")
    try:
        return Batch.model_validate_json(letter.body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise LetterRefused(f"{where}: {first['msg']}") from error


def judge(letter: Letter) -> str:
    """Why a letter could not be taken as things stand now; nothing when it could."""
    try:
        read(letter)
    except LetterRefused as refused:
        return str(refused)
    return ""
