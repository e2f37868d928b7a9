"""From the data's clipped capitals (`SFT DRNK 2 LITER BTL`) to names a customer can read, and to group codes."""

import re
from functools import lru_cache

DEPARTMENTS = {
    "CHARITABLE CONT": "Charity",
    "CHEF SHOPPE": "Chef's shop",
    "CNTRL/STORE SUP": "Store supplies",
    "DELI": "Delicatessen",
    "DRUG GM": "Drugstore and household",
    "ELECT &PLUMBING": "Electrical and plumbing",
    "GM MERCH EXP": "General merchandise",
    "MEAT-PCKGD": "Packaged meat",
    "NUTRITION": "Natural foods",
    "PASTRY": "Bakery",
    "PROD-WHS SALES": "Produce, wholesale",
    "PRODUCE": "Fruit and vegetables",
    "SEAFOOD-PCKGD": "Packaged seafood",
}

WORDS = {
    "beerale": "beer, ale",
    "beeralemalt": "beer, ale and malt",
    "bd": "baked",
    "bkd": "baked",
    "bg": "bags",
    "bn": "beans",
    "brkfst": "breakfast",
    "btl": "bottle",
    "btr": "butter",
    "carb": "carbonated",
    "catfd": "cat food",
    "choc": "chocolate",
    "cktls": "cocktails",
    "convenient": "convenience",
    "crmd": "creamed",
    "crystl": "crystal",
    "dinnr": "dinner",
    "drnk": "drink",
    "drnks": "drinks",
    "drsng": "dressing",
    "dsh": "dishes",
    "fd": "food",
    "flvr": "flavour",
    "flvrd": "flavoured",
    "frsh": "fresh",
    "frz": "frozen",
    "frzn": "frozen",
    "gourmt": "gourmet",
    "hh": "household",
    "incl": "including",
    "juce": "juice",
    "misc": "miscellaneous",
    "mlk": "milk",
    "mixs": "mixes",
    "mx": "mix",
    "mxs": "mixes",
    "nat": "natural",
    "pkg": "package",
    "pkgd": "packaged",
    "pnt": "peanut",
    "prod": "produce",
    "prem": "premium",
    "pwdr": "powder",
    "pwdrs": "powders",
    "reg": "regular",
    "refrgratd": "refrigerated",
    "sald": "salad",
    "saus": "sausage",
    "sft": "soft",
    "sherbts": "sherbets",
    "shoppe": "shop",
    "sndwch": "sandwich",
    "sngl": "single",
    "sply": "supplies",
    "sprd": "spread",
    "srv": "serve",
    "sup": "super",
    "trsh": "trash",
    "veg": "vegetables",
    "whlsm": "wholesome",
    "wtr": "water",
}

VAGUE = frozenset(
    {"assorted", "bulk", "choice", "economy", "enhanced", "internal", "lean", "mainstream", "miscellaneous", "other"}
    | {"premium", "primal", "regular", "seasonal", "select", "singles", "specialty", "traditional", "value"}
)


@lru_cache(maxsize=8192)
def readable(raw: str) -> str:
    """Spell out clipped words in sentence case; a bracket that the source cut off at 30 characters is left out."""
    text = re.sub(r"\s*\([^)]*$", "", " ".join(raw.split()))
    text = re.sub(r"(?<=[a-z]):(?=\S)", ": ", text, flags=re.IGNORECASE).replace("&", " and ").replace("/", ", ")
    text = re.sub(r"(?<=\d)PK\b", "-pack", text)
    words = re.sub(r"[A-Za-z]+", lambda word: WORDS.get(word[0].lower(), word[0].lower()), text)
    words = re.sub(r"\s+,", ",", " ".join(words.split()))
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=256)
def department(raw: str) -> str:
    """Name a department."""
    return DEPARTMENTS.get(raw.strip()) or readable(raw)


@lru_cache(maxsize=8192)
def group_code(raw: str) -> str:
    """Turn a group's name in the source into one step of a group code: lower case letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", raw.lower()).strip("_")


@lru_cache(maxsize=8192)
def package(raw: str) -> str:
    """Write a package size as it stands on a shelf label: `1 ga` is a gallon, `2 l` two litres."""
    size = " ".join(raw.lower().split())
    return re.sub(r"\bga\b", "gal", re.sub(r"(?<=\d )l\b", "L", size))


def product_name(category: str, kind: str, size: str, *, is_own_brand: bool) -> str:
    """Name an article, which has no name in the source, by its group, its brand and its size.

    Words such as `Premium` say nothing alone, so the category stands before them.
    """
    name = readable(kind) or readable(category) or "Unnamed goods"
    if name.lower() in VAGUE and category:
        name = f"{readable(category)}, {name.lower()}"
    return ", ".join(part for part in (name, "own brand" if is_own_brand else "", package(size)) if part)
