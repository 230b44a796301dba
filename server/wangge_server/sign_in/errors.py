"""Refusals of a sign-in. Their messages never hold a token, a key or what stands in one."""

from typing import ClassVar

from wangge_core.errors import WanggeError


class SignInError(WanggeError):
    """What was shown at sign-in is not accepted. `reason` says why; docs/errors.md has them all.

    `guessed` where it may be somebody's guess, which counts against its address.
    """

    code: ClassVar[str] = "UNAUTHENTICATED"

    def __init__(self, reason: str, message: str, *, hint: str = "", guessed: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.guessed = guessed
        self.retry_after_seconds = 0


class TooManyAttemptsError(SignInError):
    """So many sign-ins failed from this address, or with this key, that for a while no other is looked at."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(self.code, f"too many sign-ins have failed; try again in {retry_after_seconds} seconds.")
        self.retry_after_seconds = retry_after_seconds


class SignInUnavailableError(SignInError):
    """The issuer's keys cannot be had now, so that nothing can be said of its tokens."""

    code = "SIGN_IN_UNAVAILABLE"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(self.code, "the keys of this token's issuer cannot be read now.", hint="Try again soon.")
        self.retry_after_seconds = retry_after_seconds


def no_sign_in() -> SignInError:
    return SignInError("TOKEN_INVALID", "this service does not accept such a sign-in.")


def expired() -> SignInError:
    return SignInError("TOKEN_EXPIRED", "this token has expired.", hint="Sign in again.")


def not_yet_valid() -> SignInError:
    return SignInError("TOKEN_NOT_YET_VALID", "this token is not valid yet.", hint="Compare the clocks of both machines.")


def other_issuer() -> SignInError:
    return SignInError("TOKEN_OF_OTHER_ISSUER", "this token comes from another issuer.", guessed=True)


def invalid(what: str) -> SignInError:
    """`what` is wrong with a token, without a word of the token itself."""
    return SignInError("TOKEN_INVALID", f"this token is not accepted: {what}.", guessed=True)
