"""The currencies of ISO 4217 whose amounts do not have two digits after the point."""

from babel.numbers import is_currency

_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


def exponent(code: str) -> int | None:
    """How many digits of a currency's amounts stand after the point; None for a code that is no currency."""
    return _EXPONENTS.get(code, 2) if is_currency(code) else None
