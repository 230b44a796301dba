"""An issuer of tokens on loopback: its configuration, its keys, which it can change, and how often it was asked."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from wangge_server.sign_in.issuers import Issuer

AUDIENCE = "wangge"


class TestIssuer:
    """Signs tokens with the newest of its keys. `fails` has it answer 500; `body` answers with this instead of keys."""

    __test__ = False

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.fails = False
        self.body: bytes | None = None
        self.asked = 0
        self.url = ""
        self.rotate()

    def rotate(self, key: Key | None = None) -> Key:
        """From now on with another key; the old ones are not shown any more."""
        self.keys = [key or ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)]
        return self.keys[0]

    def settings(self, **more: Any) -> Issuer:
        return Issuer(**({"issuer": self.url, "audience": AUDIENCE, "leeway_seconds": 0} | more))

    def token(
        self,
        login: str = "li",
        *,
        key: Key | None = None,
        alg: str = "ES256",
        kid: str | None = "",
        typ: str = "JWT",
        **claims: Any,
    ) -> str:
        """A token that is good for five minutes; a claim that is None is left out."""
        signing = key or self.keys[0]
        at = int(claims.pop("at", time.time()))
        given = {"iss": self.url, "sub": login, "aud": AUDIENCE, "iat": at, "exp": at + 300} | claims
        header = {"alg": alg, "typ": typ} | ({} if kid is None else {"kid": kid or signing.kid})
        return jwt.encode(header, {name: value for name, value in given.items() if value is not None}, signing, algorithms=[alg])

    def confused(self) -> str:
        """A token that anybody can make: signed with the public key as if it were a secret that is shared (HS256)."""
        _, body, _ = self.token(alg="RS256").split(".")
        header = encoded(json.dumps({"alg": "HS256", "typ": "JWT", "kid": self.keys[0].kid}).encode())
        secret = cast("RSAKey", self.keys[0]).as_pem(private=False)
        return f"{header}.{body}.{encoded(hmac.digest(secret, f'{header}.{body}'.encode(), 'sha256'))}"


@contextmanager
def issuing() -> Iterator[TestIssuer]:
    """An issuer that serves while the block runs."""
    issuer = TestIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                return self._answer(200, json.dumps({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}).encode())
            issuer.asked += 1
            shown = json.dumps({"keys": [key.as_dict(private=False) for key in issuer.keys]}).encode()
            return self._answer(500 if issuer.fails else 200, shown if issuer.body is None else issuer.body)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()


def unsigned(claims: dict[str, Any]) -> str:
    """A token with `alg: none`."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    head, body = (encoded(json.dumps(part).encode()) for part in parts)
    return f"{head}.{body}."


def encoded(part: bytes) -> str:
    """As a part of a token."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
