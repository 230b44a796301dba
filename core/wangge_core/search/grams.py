"""Grams: a text as its overlapping pairs of characters, which find a piece of it in any language, without a dictionary.

`grams_of` writes every pair in order, blanks between them and one pair for the text's end. So a piece of a text is a piece of its
grams, which makes an exact check out of the very text that is indexed.
"""

import unicodedata
from itertools import pairwise

BLANK = "\u2423"
"""Stands for a blank inside of a pair, because a plain one stands between pairs."""


def folded(text: str) -> str:
    """The text as it is compared: full and half width alike (NFKC), lower case, any run of blanks as one, none at the ends."""
    return BLANK.join(unicodedata.normalize("NFKC", text).lower().replace(BLANK, " ").split())


def grams_of(text: str) -> str:
    """What is stored for a text: `路灯 A` becomes `路灯 灯␣ ␣a a␣`. Empty for a text of blanks."""
    whole = folded(text)
    return " ".join(_pairs(whole + BLANK)) if whole else ""


def piece_of(text: str) -> str:
    """What `grams_of` a text holds exactly when the text holds this one: its pairs, or its only character."""
    whole = folded(text)
    return " ".join(_pairs(whole)) or whole


def distinct_grams(text: str) -> list[str]:
    """The pairs that a text must have to hold this one, each once; none for a single character."""
    return list(dict.fromkeys(_pairs(folded(text))))


def _pairs(text: str) -> list[str]:
    return [first + second for first, second in pairwise(text)]
