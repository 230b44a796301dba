"""The text of a document, before it is parsed: how long it is, and of how many tokens."""

import re
from itertools import islice

from wangge_schema.errors import DocumentTooLargeError
from wangge_schema.limits.figures import Limits

TOKEN = re.compile(
    r'''[_A-Za-z]\w*+                                   # a name
      | [#][^\n\r]*+                                   # a comment
      | -?\d[\w.+-]*+                                  # a number
      | """(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:"""|\Z)  # a block string; one that is never closed runs to the end
      | "(?:[^"\\\n\r]++|\\.)*+"?                     # a string
      | \.\.\. | [^\s,\ufeff]                          # a mark
    ''',
    re.VERBOSE,
)
"""Takes a token or a comment in one step, so that a text is counted in one pass, whatever is in it."""


def check_text(text: str, limits: Limits) -> None:
    """Raises DocumentTooLargeError. Counting stops at the limit, and costs a fraction of what graphql-core's lexer does."""
    if len(text) > limits.text:
        raise DocumentTooLargeError("characters", len(text), limits.text)
    if len(text) > limits.tokens and _has_more_tokens(text, limits.tokens):
        raise DocumentTooLargeError("tokens", None, limits.tokens)


def _has_more_tokens(text: str, most: int) -> bool:
    return next(islice(TOKEN.finditer(text), most, None), None) is not None
