"""Sign-in: who is behind a request, by a token of an issuer, by an API key, or by a token of the demo."""

from wangge_server.sign_in.development import (
    ISSUER,
    KEY_FILE,
    LIFETIME_SECONDS,
    TOKENS_FILE,
    make_token,
    make_tokens,
    read_key,
    verify,
)
from wangge_server.sign_in.errors import SignInError
from wangge_server.sign_in.tokens import SignedIn

__all__ = [
    "ISSUER",
    "KEY_FILE",
    "LIFETIME_SECONDS",
    "TOKENS_FILE",
    "SignInError",
    "SignedIn",
    "make_token",
    "make_tokens",
    "read_key",
    "verify",
]
