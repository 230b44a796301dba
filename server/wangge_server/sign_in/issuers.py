"""Issuers: who makes the tokens of people, as the settings name them."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from wangge_core.errors import SettingError

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures that are checked with a public key. `none` is no signature, and the key of HS256 would be one that everybody knows."""
ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
DISCOVERY = "/.well-known/openid-configuration"


class Issuer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer of tokens (OpenID Connect)."""

    issuer: str
    """The `iss` of its tokens, letter by letter."""
    audience: str
    """What the `aud` of its tokens must name: this service, as the issuer calls it."""
    jwks_uri: str = ""
    """Where its public keys are; empty asks `<issuer>/.well-known/openid-configuration`."""
    algorithms: tuple[Algorithm, ...] = ALGORITHMS
    login_claim: str = "sub"
    """The claim that is the account's login."""
    login_prefix: str = ""
    """What stands before it, so that the logins of several issuers do not meet."""
    name_claim: str = "name"
    """The claim that is the person's name, where an account is made."""
    create_accounts: bool = False
    """Make an account, without any post, for who signs in for the first time."""
    leeway_seconds: Annotated[int, msgspec.Meta(ge=0, le=300)] = 30
    """By how much the clocks of the issuer and of this service may differ."""
    most_lifetime_seconds: Annotated[int, msgspec.Meta(ge=60)] = 24 * 3600
    """For how long a token may be good in all."""

    @property
    def discovery_uri(self) -> str:
        return self.issuer.rstrip("/") + DISCOVERY


def check_issuers(issuers: tuple[Issuer, ...]) -> None:
    """Raise SettingError where the issuers cannot be trusted as they are written."""
    names = [one.issuer for one in issuers]
    if len(set(names)) < len(names):
        raise SettingError("an issuer stands in `issuers` twice.", hint="Keep one of the two.")
    for one in issuers:
        for name, url in (("issuer", one.issuer), ("jwks_uri", one.jwks_uri)):
            if url and not is_safe(url):
                raise SettingError(
                    f"{name} {url!r} of an issuer is no https:// address.", hint="Only on this machine may it be http://."
                )
        if not (one.issuer and one.audience and one.login_claim and one.algorithms):
            raise SettingError("an issuer lacks its issuer, audience, login_claim or algorithms.", hint="See docs/operators.md.")


def is_safe(url: str) -> bool:
    """Whether what is fetched from there can be trusted: nobody between can change it, or it does not leave this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")))


def is_loopback(host: str) -> bool:
    """Whether an address or name is that of this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
