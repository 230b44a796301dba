"""Accounts at sign-in: the account that a token or key is for, bound to its issuer, made where the issuer may make accounts."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import operator
from wangge_core.storable import is_storable
from wangge_server.sign_in.errors import SignInError
from wangge_server.sign_in.tokens import SignedIn

MOST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAccount:
    """What sign-in knows of an account: who may sign it in, and from when its tokens must have been issued."""

    id: int
    issuer: str | None
    active: bool
    machine: bool
    valid_from: datetime | None


class Accounts:
    """Finds and makes the accounts of who signs in. `issuers` is how many issuers of people's tokens there are."""

    def __init__(self, deployment: Deployment, issuers: int) -> None:
        self._deployment = deployment
        self._issuers = issuers

    async def open(self, signed_in: SignedIn) -> SignInAccount:
        """The account that may be signed in. Raises SignInError."""
        async with self._deployment.read() as work:
            account = await _find(work, signed_in.login)
        if account is None and signed_in.issuer is not None and signed_in.issuer.create_accounts:
            account = await self._create(signed_in)
        if account is None or not account.active or account.machine is not (signed_in.key_id is not None):
            raise unknown()
        if signed_in.issuer is not None and account.issuer != signed_in.issuer.issuer:
            await self._bind(account, signed_in.issuer.issuer)
        return account

    async def _create(self, signed_in: SignedIn) -> SignInAccount | None:
        """The account, made now without any post; None where its login is none that an account can have."""
        assert signed_in.issuer is not None
        name = signed_in.name.strip()[:MOST_NAME] or signed_in.login[:MOST_NAME]
        new = NewAccount(login=signed_in.login, name=name, issuer=signed_in.issuer.issuer)
        try:
            async with self._deployment.write() as work:
                await create_accounts(work, operator(), [new])
        except IntegrityError:  # another process made it at this moment
            pass
        async with self._deployment.read() as work:
            return await _find(work, signed_in.login)

    async def _bind(self, account: SignInAccount, issuer: str) -> None:
        """Tie an account that is of no issuer yet to the only one there is, so that no other can take it later. Raises SignInError."""
        if account.issuer is not None or self._issuers != 1:
            raise SignInError(
                "ACCOUNT_OF_OTHER_ISSUER",
                "this account is not signed in by the token's issuer.",
                hint="Ask who looks after accounts.",
            )
        async with self._deployment.write() as work:
            unbound = (t.account.c.id == account.id, t.account.c.issuer.is_(None))
            await work.run(sa.update(t.account).where(*unbound).values(issuer=issuer))


async def _find(work: Work, login: str) -> SignInAccount | None:
    account = t.account
    if not is_storable(login):
        return None
    columns = (account.c.id, account.c.issuer, account.c.active, account.c.machine, account.c.valid_from)
    row = await work.first(sa.select(*columns).where(account.c.login == login))
    return None if row is None else SignInAccount(**row._mapping)


def unknown() -> SignInError:
    return SignInError("ACCOUNT_UNKNOWN", "this account is not there or may not sign in.", guessed=True)


def check_valid_from(account: SignInAccount, signed_in: SignedIn) -> None:
    """Raise SignInError for a token that was issued before the account was signed out everywhere."""
    if signed_in.issued_at is not None and account.valid_from and signed_in.issued_at < account.valid_from.timestamp():
        raise SignInError("TOKEN_REVOKED", "the account was signed out after this token was made.", hint="Sign in again.")
