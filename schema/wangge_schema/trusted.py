"""Trusted documents: the list of documents that front-ends were built with, loaded at start and asked for by id.

A trusted document is prepared once and not limited in size; its cost and its variables are.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import orjson

from wangge_core.errors import SettingError
from wangge_schema.answers import GraphQLRequest
from wangge_schema.errors import TrustedDocumentsOnlyError, TrustedDocumentUnknownError

PREFIX = "sha256:"
SHA256 = re.compile("[0-9a-f]{64}")
MANIFEST = "apollo-persisted-query-manifest"
HINT = 'It is {"id": "text", …}, or a manifest with "operations": [{"id", "body"}, …].'


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDocuments:
    """The texts by id; each text has the SHA-256 of itself as an id too. `only` refuses everything else."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    only: bool = False

    def find(self, request: GraphQLRequest) -> str | None:
        """The text of a request that names a trusted document, None for one that brings its own.

        Raises TrustedDocumentUnknownError and TrustedDocumentsOnlyError.
        """
        if request.document_id is None:
            if self.only:
                raise TrustedDocumentsOnlyError
            return None
        text = self.texts.get(plain_id(request.document_id))
        if text is None:
            shown = request.document_id[:80]
            raise TrustedDocumentUnknownError(f"There is no trusted document {shown!r}. Have the operator list it and start again.")
        if request.query is not None and request.query != text:
            raise TrustedDocumentUnknownError("The `query` is not the document that `documentId` names. Send one of them.")
        return text


def read_trusted(path: str | Path, *, only: bool = False) -> TrustedDocuments:
    """The documents of a file. Raises SettingError where it cannot be read, or an id is the SHA-256 of another text."""
    name = f"the file of trusted documents {path}"
    try:
        given = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise SettingError(f"{name} cannot be read: {error.strerror}.", hint="Check the setting trusted_documents.") from None
    except orjson.JSONDecodeError as error:
        raise SettingError(f"{name} is not JSON: {error}.", hint=HINT) from None
    texts: dict[str, str] = {}
    for id, text in _listed(given, name):
        key = plain_id(id)
        if texts.setdefault(key, text) != text:
            raise SettingError(f"{name} has two documents {id[:80]!r}.", hint="Give each an id of its own.")
        if SHA256.fullmatch(key) and key != sha256(text):
            raise SettingError(
                f"{name}: {id[:80]!r} is not the SHA-256 of its text.", hint="Make the file again; do not edit texts."
            )
    return TrustedDocuments(texts={sha256(text): text for text in texts.values()} | texts, only=only)


def sha256(text: str) -> str:
    """The SHA-256 of a document's text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain_id(id: str) -> str:
    """An id without the prefix that names the hash; hexadecimal digits in lower case."""
    key = id.removeprefix(PREFIX)
    return key.lower() if SHA256.fullmatch(key.lower()) else id


def _listed(given: Any, name: str) -> Iterator[tuple[str, str]]:
    """The ids and texts of either form."""
    if not isinstance(given, dict):
        raise SettingError(f"{name} is no JSON object.", hint=HINT)
    members = cast("dict[str, Any]", given)
    pairs: list[tuple[Any, Any]] = list(members.items())
    if "operations" in members and not isinstance(members["operations"], str):
        if members.get("format", MANIFEST) != MANIFEST or not isinstance(members["operations"], list):
            raise SettingError(f"{name} has a form that is not known.", hint=HINT)
        pairs = [_pair(one) for one in cast("list[Any]", members["operations"])]
    for id, text in pairs:
        if not isinstance(id, str) or not isinstance(text, str) or not id or not text.strip():
            raise SettingError(f"{name} has an entry without an id or a text.", hint=HINT)
        yield id, text


def _pair(one: Any) -> tuple[Any, Any]:
    entry = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
    return entry.get("id"), entry.get("body")
