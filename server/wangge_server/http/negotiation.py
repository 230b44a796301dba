"""Negotiation: which media type and which language a client likes best among those that we have.

Clients send the same few headers again and again, so what was read of one is kept.
"""

from collections.abc import Iterator
from functools import lru_cache

from wangge_core.rights.viewers import Language
from wangge_server.http.statuses import GRAPHQL, JSON

LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en"}
MOST_HEADER_BYTES = 500
"""Where the reading of a header ends, so that what is kept stays small."""
FITS = {
    JSON: {JSON: 2, "application/*": 1, "*/*": 1},
    GRAPHQL: {GRAPHQL: 2, "application/*": 1, "*/*": 1},
}
"""How closely a range of media types fits one of ours; the closest one decides over its weight."""


def media_type(accept: bytes) -> str | None:
    """The media type to answer with, plain JSON unless the newer one is asked for by name. None where the client takes neither."""
    return _media_type(accept[:MOST_HEADER_BYTES])


@lru_cache(256)
def _media_type(accept: bytes) -> str | None:
    given = list(_weighted(accept))
    if not given:
        return JSON
    json, graphql = ((_weight_of(type, given), _named(type, given)) for type in (JSON, GRAPHQL))
    if max(json[0], graphql[0]) <= 0:
        return None
    if json[0] == graphql[0]:
        return GRAPHQL if graphql[1] else JSON
    return GRAPHQL if graphql > json else JSON


def _weight_of(type: str, given: list[tuple[str, float]]) -> float:
    closest = max(given, key=lambda one: FITS[type].get(one[0], 0))
    return closest[1] if closest[0] in FITS[type] else 0


def _named(type: str, given: list[tuple[str, float]]) -> bool:
    return any(range == type for range, _ in given)


def language(accept_language: bytes) -> Language:
    """The language to answer in: Chinese unless English is liked better."""
    return _language(accept_language[:MOST_HEADER_BYTES])


@lru_cache(256)
def _language(header: bytes) -> Language:
    best: tuple[float, Language] = (0, "zh")
    for tag, weight in _weighted(header):
        known = LANGUAGES.get(tag[:2])
        if known and weight > best[0]:
            best = (weight, known)
    return best[1]


def _weighted(header: bytes) -> Iterator[tuple[str, float]]:
    """The items of a header with their weights `q`; an item whose weight cannot be read counts for nothing."""
    for item in header.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            yield name, next((_number(one[2:]) for one in parameters if one.startswith("q=")), 1.0)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0
    return number if 0 <= number <= 1 else 0


@lru_cache(256)
def is_json(content_type: bytes) -> bool:
    """Whether a body of this content type is JSON in UTF-8, which is what JSON without a charset is."""
    name, *parameters = (part.strip() for part in content_type[:MOST_HEADER_BYTES].decode("latin-1").lower().split(";"))
    charsets = [one.removeprefix("charset=").strip('"') for one in parameters if one.startswith("charset=")]
    return name == JSON and set(charsets) <= {"utf-8", "utf8"}
