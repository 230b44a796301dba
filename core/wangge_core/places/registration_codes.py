"""The unified social credit code of organisations, as GB 32100-2015 defines it: eighteen characters, of which the last is a check."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capitals without I, O, S, V and Z; a character stands for its place here."""
LENGTH = 18


def normalized(code: str) -> str:
    """The code as it is kept: capitals, no blanks around it."""
    return code.strip().upper()


def check_character(body: str) -> str:
    """The check character of the seventeen characters before it: weights are the powers of three modulo 31."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return ALPHABET[-total % 31]


def is_registration_code(code: str) -> bool:
    """Whether a normalized code has the right form and check character. The third to eighth characters are a division's digits."""
    if len(code) != LENGTH or any(character not in ALPHABET for character in code) or not code[2:8].isdigit():
        return False
    return check_character(code[:-1]) == code[-1]
