"""Limits of a document: its text before it is parsed, its shape before it is validated. Documents here are wrong in other ways too,

so that the code of the answer shows what came first.
"""

import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, Lexer, Source, TokenKind, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from wangge_schema.errors import LimitError, ReadingError, code_of
from wangge_schema.limits import Limits, check_document, check_text, refuse_introspection
from wangge_schema.limits.texts import TOKEN
from wangge_server.operations import ready_operations

LIMITS = Limits()
BOMB = [f"fragment F{n} on Grid {{ a: parent {{ ...F{n - 1} }} b: parent {{ ...F{n - 1} }} }}" for n in range(1, 61)]
TEXTS = {
    "a megabyte in one name": "{" + "a" * 1_000_000,
    "a megabyte of fields": "{" + "a " * 500_000,
    "a string that is never closed": '"""' + '\\"""' * 200_000,
    "comments": "#\n" * 3_000 + "{",
    "ten thousand aliases": "{" + " ".join(f"a{n}: b" for n in range(10_000)),
    "five thousand duplicates": "{" + "a " * 5_000,
    "brackets": "{[(" * 1_000,
}
SHAPES = {
    "TOO_MANY_DUPLICATES": "{ " + "nothing " * 1_000 + "}",
    "TOO_MANY_ALIASES": "{ " + " ".join(f"a{n}: nothing" for n in range(400)) + "}",
    "DOCUMENT_TOO_DEEP": "{a" * 30 + "}" * 30,
    "TOO_MANY_FRAGMENTS": "{ " + "... {a} " * 301 + "}",
    "TOO_MANY_DIRECTIVES": "{ a @b @b @b @b @b @b }",
    "TOO_MANY_ROOT_FIELDS": "{ ..." + "{ " + " ".join(f"f{n}" for n in range(31)) + "} }",
    "TOO_MANY_SELECTIONS": "{ ...F20 } fragment F0 on Grid { id }" + " ".join(BOMB[:20]),
}
HARMLESS = {
    "spread twice at each level": "{ ...F59 ...F59 } fragment F0 on Grid { id }"
    + " ".join(f"fragment F{n} on Grid {{ ...F{n - 1} ...F{n - 1} }}" for n in range(1, 60)),
    "introspection as GraphiQL asks": get_introspection_query(
        input_value_deprecation=True, schema_description=True, specified_by_url=True
    ),
    "six lists inside each other": "{ grids { nodes { " + "children { nodes { " * 5 + "code" + " } }" * 5 + " } } }",
    "a fragment for each of 90 kinds": "{ details {" + " ".join(f"... on T{n} {{ kind a{n}x }}" for n in range(90)) + "} }",
    "a fragment that is not there": "{ ...Nothing }",
}


def code(document: str | DocumentNode) -> str:
    """The code with which a text is refused, or a parsed document."""
    with pytest.raises(GraphQLError) as caught:
        check_text(document, LIMITS) if isinstance(document, str) else check_document(document, LIMITS)
    return str((caught.value.extensions or {}).get("code", code_of(caught.value)))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_beyond_the_limits_is_refused_before_it_is_parsed(name: str) -> None:
    assert code(TEXTS[name]) == "DOCUMENT_TOO_LARGE"


@pytest.mark.parametrize("expected", SHAPES)
def test_a_shape_beyond_the_limits_is_refused_before_it_is_validated(expected: str) -> None:
    check_text(SHAPES[expected], Limits(tokens=5_000))
    assert code(parse(SHAPES[expected])) == expected


@pytest.mark.parametrize("name", HARMLESS)
def test_what_honest_clients_send_passes(name: str) -> None:
    check_text(HARMLESS[name], LIMITS)
    check_document(parse(HARMLESS[name]), LIMITS)


def test_the_ready_operations_pass() -> None:
    for operation in ready_operations():
        check_text(operation.query, LIMITS)
        check_document(parse(operation.query), LIMITS)


def test_the_error_says_the_figure_the_limit_and_how_to_mend() -> None:
    with pytest.raises(LimitError) as caught:
        check_document(parse("{ a: x b: x c: x }"), Limits(aliases=2))
    assert caught.value.extensions == {"code": "TOO_MANY_ALIASES", "found": 3, "limit": 2}
    assert caught.value.message == "A document has at most 2 aliases, not 3. Use variables, `nodes` or a filter."


def test_depth_counts_through_fragments() -> None:
    document = parse("{ a { ...F } } fragment F on T { b { ... { c } } }")
    check_document(document, Limits(depth=3))
    with pytest.raises(LimitError, match="at most 2 deep"):
        check_document(document, Limits(depth=2))


def test_a_fragment_bomb_of_sixty_levels_is_refused_by_its_depth() -> None:
    assert code(parse("{ ...F60 } fragment F0 on Grid { id }" + " ".join(BOMB))) == "DOCUMENT_TOO_DEEP"


def test_fields_of_one_key_are_counted_where_their_parents_merge() -> None:
    nested = "{" + "a { " * 1 + ("b { " + "c " * 10 + "} ") * 10 + "} }"
    pairs = 10 * 9 // 2 + 100 * 99 // 2
    check_document(parse(nested), Limits(comparisons=pairs))
    with pytest.raises(LimitError, match="such as `c`"):
        check_document(parse(nested), Limits(comparisons=pairs - 1))


def test_a_root_field_that_is_asked_twice_is_one_root_field() -> None:
    check_document(parse("{ a { x } a { y } ... { a { z } } }"), Limits(root_fields=1))


def test_fragments_that_go_round_in_a_circle_are_refused_as_invalid() -> None:
    for circle in ("{ ...A } fragment A on T { ...A }", "{ ...A } fragment A on T { b { ...B } } fragment B on T { ... { ...A } }"):
        assert code(parse(circle)) == "GRAPHQL_VALIDATION_FAILED"


def test_operations_and_fragments_that_are_not_run_count_too() -> None:
    idle = "{ a } fragment Idle on Grid " + "{b" * 30 + "}" * 30
    assert code(parse(idle)) == "DOCUMENT_TOO_DEEP"
    assert code(parse("query A { a } query B " + "{b" * 30 + "}" * 30)) == "DOCUMENT_TOO_DEEP"


WORDS = (
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "=",
    "!",
    "|",
    "@",
    "&",
    "$",
    "...",
    "name",
    "_1",
    "-1.5e3",
    "0",
    '"a b"',
    '""',
    '"\\""',
)
BLOCKS = ('"""', '"""a "b" \\""" c"""', '""""""', "# a, b\n", ",", " ", "\n", "\ufeff")


@given(st.lists(st.sampled_from(WORDS + BLOCKS), max_size=30).map(" ".join))
def test_tokens_are_counted_as_the_lexer_counts_them(text: str) -> None:
    try:
        expected = lexed(text)
    except GraphQLSyntaxError:
        return
    assert sum(1 for _ in TOKEN.finditer(text)) == expected


def lexed(text: str) -> int:
    """How many tokens and comments graphql-core's lexer finds."""
    lexer, count = Lexer(Source(text)), 0
    token = lexer.token
    while token.kind is not TokenKind.EOF:
        token = lexer.read_next_token(token.end)
        count += 1
    return count - 1


@given(st.text('"\\{}#a \n1.', max_size=60))
def test_any_text_is_counted(text: str) -> None:
    assert sum(1 for _ in TOKEN.finditer(text)) <= len(text)


@pytest.mark.parametrize(
    "text", ["{ __schema { types { name } } }", "{ a { ...F } } fragment F on T { ... { x: __type(name: 1) } }"]
)
def test_introspection_off_refuses_questions_about_the_schema_anywhere(text: str) -> None:
    with pytest.raises(ReadingError) as caught:
        refuse_introspection(parse(text))
    assert caught.value.extensions == {"code": "INTROSPECTION_OFF"}


def test_introspection_off_leaves_the_names_of_types() -> None:
    refuse_introspection(parse("{ __typename events { nodes { __typename } } }"))
