"""Grams: a text as its overlapping pairs of characters, which find a piece of it in any language, without a dictionary.

The index finds rows that have all pairs of a piece; the folded text of the row then tells whether it has them in this order.
"""

import unicodedata
from itertools import pairwise

BLANK = "\u2423"
"""Stands for a blank inside of a pair, because a plain one stands between pairs."""


def folded(text: str) -> str:
    """The text as it is compared: full and half width alike (NFKC), lower case, any run of blanks as one, none at the ends."""
    return BLANK.join(unicodedata.normalize("NFKC", text).lower().replace(BLANK, " ").split())


def folded_apart(text: str) -> str | None:
    """What a row keeps of a text to compare it: the folded one, None where that is the text itself."""
    found = folded(text)
    return None if found == text else found


def grams_of(text: str) -> str:
    """What is stored for a text: `路灯 A` becomes `路灯 灯␣ ␣a a␣`. Empty for a text of blanks."""
    whole = folded(text)
    return " ".join(_pairs(whole + BLANK)) if whole else ""


def distinct_grams(text: str) -> list[str]:
    """The pairs that a text must have to hold this one, each once; none for a single character."""
    return list(dict.fromkeys(_pairs(folded(text))))


def _pairs(text: str) -> list[str]:
    return [first + second for first, second in pairwise(text)]
