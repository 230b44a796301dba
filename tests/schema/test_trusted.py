"""Trusted documents: the forms of the file, ids, and what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from towns import Town
from wangge_core.errors import SettingError
from wangge_schema.answers import GraphQLRequest
from wangge_schema.errors import TrustedDocumentsOnlyError, TrustedDocumentUnknownError
from wangge_schema.trusted import TrustedDocuments, read_trusted, sha256

TEXT, OTHER = "{ viewer { language } }", "query Grids { grids { totalCount } }"


def read(folder: Path, given: Any, *, only: bool = False) -> TrustedDocuments:
    path = folder / "trusted.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    return read_trusted(path, only=only)


def find(trusted: TrustedDocuments, id: str, query: str | None = None) -> str | None:
    return trusted.find(GraphQLRequest(document_id=id, query=query))


APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": sha256(TEXT), "name": "Viewer", "type": "query", "body": TEXT},
        {"id": "grids-1", "name": "Grids", "type": "query", "body": OTHER},
    ],
}


@pytest.mark.parametrize(
    "given", [{sha256(TEXT): TEXT, "grids-1": OTHER}, {f"sha256:{sha256(TEXT)}": TEXT, "grids-1": OTHER}, APOLLO]
)
def test_either_form_of_the_file_is_read(tmp_path: Path, given: Any) -> None:
    trusted = read(tmp_path, given)
    assert find(trusted, sha256(TEXT)) == find(trusted, f"sha256:{sha256(TEXT)}") == find(trusted, sha256(TEXT).upper()) == TEXT
    assert find(trusted, "grids-1") == find(trusted, f"sha256:{sha256(OTHER)}") == OTHER


def test_a_document_may_be_called_operations(tmp_path: Path) -> None:
    assert find(read(tmp_path, {"operations": TEXT}), "operations") == TEXT


def test_an_id_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    trusted = read(tmp_path, APOLLO)
    for id in ("", "grids-2", sha256("x"), "sha256:grids-1"):
        with pytest.raises(TrustedDocumentUnknownError) as caught:
            find(trusted, id)
        assert caught.value.extensions == {"code": "TRUSTED_DOCUMENT_UNKNOWN"}


def test_an_id_with_another_text_is_refused(tmp_path: Path) -> None:
    trusted = read(tmp_path, APOLLO)
    assert find(trusted, "grids-1", OTHER) == OTHER
    with pytest.raises(TrustedDocumentUnknownError, match="Send one of them"):
        find(trusted, "grids-1", TEXT)


def test_text_is_executed_unless_only_trusted_documents_are(tmp_path: Path) -> None:
    assert read(tmp_path, APOLLO).find(GraphQLRequest(query=OTHER)) is None
    only = read(tmp_path, APOLLO, only=True)
    assert find(only, "grids-1") == OTHER
    with pytest.raises(TrustedDocumentsOnlyError) as caught:
        only.find(GraphQLRequest(query=OTHER))
    assert caught.value.extensions == {"code": "TRUSTED_DOCUMENTS_ONLY"}


def test_without_a_file_no_id_is_known() -> None:
    with pytest.raises(TrustedDocumentUnknownError):
        find(TrustedDocuments(), sha256(TEXT))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ({"a": 1}, "an entry without an id or a text"),
        ({"a": " "}, "an entry without an id or a text"),
        ({"format": "another", "operations": []}, "a form that is not known"),
        ({"operations": [{"id": "a"}]}, "an entry without an id or a text"),
        ({"operations": ["a"]}, "an entry without an id or a text"),
        ({"operations": [{"id": "a", "body": TEXT}, {"id": "a", "body": OTHER}]}, "two documents 'a'"),
        ({sha256(TEXT): TEXT + " "}, "is not the SHA-256 of its text"),
        ({"sha256:" + sha256(TEXT).upper(): OTHER}, "is not the SHA-256 of its text"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_at_start(tmp_path: Path, given: Any, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        read(tmp_path, given)


def test_a_file_that_is_not_there_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read: No such file"):
        read_trusted(tmp_path / "nothing.json")


def example(language: str, holding: str) -> str:
    """The block of the front-end's document that holds something."""
    text = (Path(__file__).parents[2] / "docs" / "front-end.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (found,) = (block for block in blocks if holding in block)
    return found


@pytest.mark.anyio
async def test_the_example_of_the_document_works_as_it_stands(tmp_path: Path, town: Town) -> None:
    trusted = read(tmp_path, example("json", '": "query Grids('), only=True)
    request = json.loads(example("json", '"documentId"'))
    text = find(trusted, request["documentId"])
    assert text is not None
    assert (await town.ask(text, **request["variables"]))["grids"]["nodes"][0]["code"] == request["variables"]["under"]
