"""What a client says that personal data is read for: in a header, with a request, or for a whole connection."""

import pytest

from wangge_core.logs.purposes import Purpose, PurposeRequiredError, Stated, check_purpose, read_purpose
from wangge_schema.answers import GraphQLRequest
from wangge_server.http.requests import BadRequestError, from_body, with_purpose
from wangge_server.live import protocol

BODY = b'{"query": "{ __typename }", "extensions": {"purpose": "EVENT;E-7"}}'


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("VISIT", Stated(Purpose.VISIT)),
        (" SERVICE ; monthly%20round ", Stated(Purpose.SERVICE, "monthly round")),
        ("EVENT;%E6%BC%8F%E6%B0%B4;A", Stated(Purpose.EVENT, "漏水;A")),
        ("", None),
        (" ; only words", None),
    ],
)
def test_a_purpose_is_a_code_and_words(text: str, stated: Stated | None) -> None:
    assert read_purpose(text) == stated


@pytest.mark.parametrize("text", ["visit", "CURIOSITY", "VISIT;%FF", f"VISIT;{'x' * 201}", "VISIT;%00", "VISIT,EVENT"])
def test_what_is_no_purpose_is_refused_with_a_code(text: str) -> None:
    with pytest.raises(BadRequestError) as error:
        with_purpose(GraphQLRequest(query="{ __typename }"), {b"wangge-purpose": text.encode()})
    assert error.value.code == "PURPOSE_INVALID"
    assert "CURIOSITY" not in str(error.value)
    with pytest.raises(protocol.ClosedError) as closed:
        protocol.read_purpose({"purpose": text})
    assert closed.value.code == 4400


def test_a_request_states_its_own_purpose_before_that_of_the_header() -> None:
    request = from_body(BODY)
    assert request.purpose == Stated(Purpose.EVENT, "E-7")
    assert with_purpose(request, {b"wangge-purpose": b"VISIT"}).purpose == Stated(Purpose.EVENT, "E-7")
    plain = from_body(b'{"query": "{ __typename }"}')
    assert with_purpose(plain, {b"wangge-purpose": b"VISIT"}).purpose == Stated(Purpose.VISIT)
    assert with_purpose(plain, {}).purpose is None


def test_a_connection_states_a_purpose_as_text() -> None:
    assert protocol.read_purpose({"purpose": "VISIT"}) == Stated(Purpose.VISIT)
    assert protocol.read_purpose({}) is None
    with pytest.raises(protocol.ClosedError):
        protocol.read_purpose({"purpose": 7})


def test_sealed_values_always_ask_for_a_purpose() -> None:
    check_purpose(None, sealed=False, required=False)
    check_purpose(Stated(Purpose.VISIT), sealed=True, required=True)
    for sealed, required in ((True, False), (False, True)):
        with pytest.raises(PurposeRequiredError):
            check_purpose(None, sealed=sealed, required=required)
