"""What the texts of notifications may name, and how points are written in them; pure."""

from decimal import Decimal

SAMPLE: dict[str, str | int] = {
    "points": "120",
    "balance": "840",
    "currency": "Points",
    "first_name": "Anna",
    "last_name": "Morgan",
    "programme": "Corner Club",
}
CODE_TEXTS = {
    "en": "{{ code }} is your code for {{ programme }}. It works for 5 minutes. Never tell it to anybody.",
    "ru": "{{ code }} — ваш код для «{{ programme }}». Действует 5 минут. Никому его не сообщайте.",
}


def written(units: int, decimals: int) -> str:
    """Points as people read them: the smallest units moved by the currency's decimals."""
    return str(Decimal(units).scaleb(-decimals)) if decimals else str(units)


def text_for(texts: dict[str, str], locale: str) -> str:
    """The text in the member's language, else in English, else the first there is."""
    return texts.get(locale) or texts.get("en") or next(iter(texts.values()))
