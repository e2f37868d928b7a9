"""What the demo's mailings say, in English and Russian."""

from regulars.templates import starter

SMS = {
    "en": "{{ first_name }}, 7% off {{ group }} till {{ until }}. {{ programme }}",
    "ru": "{{ first_name }}, до {{ until }} скидка 7 % на {{ group }}. {{ programme }}",
}


def sms(group: str, until: str) -> dict[str, str]:
    """A short text about goods that are cheaper until a day; the variables of the member stay to be filled in."""
    return {locale: text.replace("{{ group }}", group).replace("{{ until }}", until) for locale, text in SMS.items()}


def subject_lines(group: str) -> dict[str, str]:
    """The subject of an email about goods that are cheaper."""
    return {"en": f"7 % off {group}, because you are a regular", "ru": f"Скидка 7 % на {group} для наших друзей"}


def bodies(group: str, until: str, address: str) -> dict[str, str]:
    """An email about goods that are cheaper until a day; the button leads to an address."""
    return {
        "en": starter.letter(
            "en",
            preview=f"At the till, without a coupon, until {until}.",
            body=(
                f"<p>You buy {group} with us, so this is for you: <b>7 % off</b> all of it until {until}.</p>"
                "<p>Nothing to cut out and nothing to show but your card. The till takes it off by itself, and your points"
                " come on top: you have {{ balance }} now.</p>"
            ),
            button="See my card",
            button_url=address,
        ),
        "ru": starter.letter(
            "ru",
            preview=f"На кассе, без купонов, до {until}.",
            body=(
                f"<p>Вы покупаете у нас {group}, поэтому это для вас: <b>скидка 7 %</b> до {until}.</p>"
                "<p>Ничего вырезать не нужно, достаточно карты: касса посчитает скидку сама, а баллы начислятся сверху."
                " Сейчас у вас {{ balance }}.</p>"
            ),
            button="Моя карта",
            button_url=address,
        ),
    }


WEEKLY_SUBJECT_LINES = {
    "en": "Fruit, bread and beef: this week’s offers",
    "ru": "Фрукты, хлеб, говядина: предложения недели",
}


def weekly(address: str) -> dict[str, str]:
    """Smart Communications' weekly letter."""
    return {
        "en": starter.letter(
            "en",
            preview="5 % off fresh fruit, 3 % off bread, 15 % off beef.",
            body=(
                "<p>This week at your corner: <b>5 % off</b> fresh fruit, <b>3 % off</b> bread and buns, <b>15 % off</b>"
                " beef.</p><p>See you between the shelves.</p>"
            ),
            button="Open my account",
            button_url=address,
            name="{{ sender_name }}",
            because="You get this because you subscribed to our weekly offers.",
        ),
        "ru": starter.letter(
            "ru",
            preview="Фрукты −5 %, хлеб −3 %, говядина −15 %.",
            body=(
                "<p>На этой неделе: фрукты <b>−5 %</b>, хлеб и булочки <b>−3 %</b>, говядина <b>−15 %</b>.</p>"
                "<p>Ждём вас в магазине.</p>"
            ),
            button="Открыть личный кабинет",
            button_url=address,
            name="{{ sender_name }}",
            because="Вы получили это письмо, потому что подписаны на предложения недели.",
        ),
    }
