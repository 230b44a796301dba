"""Mutations of substitutes, of grants of an emergency, and of who an account is."""

import strawberry

from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.delegations import DelegationEnd, NewDelegation, delegate_posts, end_delegations
from wangge_core.rights.grants import (
    LEAST_REASON,
    AccessGrantClose,
    AccessGrantReview,
    NewAccessGrant,
    close_access_grants,
    open_access_grants,
    review_access_grants,
)
from wangge_core.rights.residents import AccountLink, link_accounts
from wangge_schema.scalars import DateTime
from wangge_schema.types.rights import AccessGrant, Account, Delegation
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="Who stands in for the holder of a post.")
class PostDelegateInput:
    account_id: strawberry.ID = required("Who stands in.")
    starts_at: DateTime | None = optional("From when; now unless given.")
    ends_at: DateTime = required("Until when, at most 92 days.")
    reason: str = required("Why, at most 400 characters.")


@strawberry.input(description="How to end a delegation.")
class DelegationEndInput:
    reason: str | None = optional("Why, at most 400 characters.")


@strawberry.input(description="What to open in an emergency.")
class AccessGrantOpenInput:
    grid_id: strawberry.ID = required("Over which grid of the base layer.")
    reason: str = required(f"Why, {LEAST_REASON} to 400 characters.")
    minutes: int | None = optional("For how long; 60 unless given. The service says how long at most, 240 unless set otherwise.")
    capabilities: list[Capability] | None = optional(
        "Which rights to read: READ_EVENTS, READ_PLACES, READ_PEOPLE, READ_PRIVATE and READ_NEEDS unless given. REVEAL_SEALED is named."
    )


@strawberry.input(description="How to end a grant before its time.")
class AccessGrantCloseInput:
    reason: str | None = optional("Why, at most 400 characters.")


@strawberry.input(description="What the review of a grant found.")
class AccessGrantReviewInput:
    finding: str = required("What was found, at most 400 characters.")


@strawberry.input(description="The resident that an account is.")
class AccountLinkInput:
    person_id: strawberry.ID | None = optional("The person on the register; none unless given.")


def _new_delegation(id: str, given: Given, _: object) -> NewDelegation:
    return NewDelegation(
        post_id=key_of(id, "Post", "id"),
        account_id=key_of(given["account_id"], "Account", "accountId"),
        starts_at=given.get("starts_at"),
        ends_at=given["ends_at"],
        reason=given["reason"],
    )


def _new_grant(_: str, given: Given, __: object) -> NewAccessGrant:
    minutes = given.get("minutes")
    return NewAccessGrant(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        reason=given["reason"],
        minutes=60 if minutes is None else minutes,
        capabilities=tuple(Capability(one) for one in given.get("capabilities") or ()),
    )


MUTATIONS = [
    Mutation(
        name="postDelegate",
        description="Name a substitute for a post, who has its rights meanwhile and cannot pass them on. For its holder, and for "
        "MANAGE_POSTS over its grid.",
        thing="delegation",
        type=Delegation,
        input=PostDelegateInput,
        operation=delegate_posts,
        request=_new_delegation,
        codes=(
            *TEXT,
            "POST_ENDED",
            "TERM_INVALID",
            "TERM_TOO_LONG",
            "DELEGATION_TO_HOLDER",
            "RIGHTS_FOR_ONESELF",
            "RIGHTS_EXCEED_OWN",
        ),
        on="Post",
        rename=lambda field, _: "id" if field == "postId" else field,
    ),
    Mutation(
        name="delegationEnd",
        description="End a delegation; the substitute's rights are gone from that moment. For the post's holder, and for MANAGE_POSTS "
        "over its grid.",
        thing="delegation",
        type=Delegation,
        input=DelegationEndInput,
        operation=end_delegations,
        request=lambda id, given, _: DelegationEnd(delegation_id=key_of(id, "Delegation", "id"), reason=given.get("reason")),
        codes=(*TEXT, "DELEGATION_ENDED"),
        on="Delegation",
    ),
    Mutation(
        name="accessGrantOpen",
        description="Open rights to read over a grid in an emergency. For BREAK_GLASS anywhere; the alarm goes off at once, and it must "
        "be reviewed.",
        thing="access_grant",
        type=AccessGrant,
        input=AccessGrantOpenInput,
        operation=open_access_grants,
        request=_new_grant,
        codes=(*TEXT, "REASON_TOO_SHORT", "CAPABILITY_NOT_OPENED", "OUT_OF_RANGE", *IN_GRID),
    ),
    Mutation(
        name="accessGrantClose",
        description="End a grant before its time. For who opened it, and for READ_ACCESS_LOG over its grid.",
        thing="access_grant",
        type=AccessGrant,
        input=AccessGrantCloseInput,
        operation=close_access_grants,
        request=lambda id, given, _: AccessGrantClose(grant_id=key_of(id, "AccessGrant", "id"), reason=given.get("reason")),
        codes=(*TEXT, "GRANT_ENDED"),
        on="AccessGrant",
    ),
    Mutation(
        name="accessGrantReview",
        description="Say what the review of a grant found, once it has ended. For READ_ACCESS_LOG over its grid, never for who opened it.",
        thing="access_grant",
        type=AccessGrant,
        input=AccessGrantReviewInput,
        operation=review_access_grants,
        request=lambda id, given, _: AccessGrantReview(grant_id=key_of(id, "AccessGrant", "id"), finding=given["finding"]),
        codes=(*TEXT, "GRANT_RUNNING", "GRANT_REVIEWED"),
        on="AccessGrant",
    ),
    Mutation(
        name="accountLink",
        description="Say which resident an account is, who then reads what is held on that person. For REGISTER_PEOPLE and READ_PRIVATE "
        "over the person's grid; never for one's own account, or a colleague's whom one does not see.",
        thing="account",
        type=Account,
        input=AccountLinkInput,
        operation=link_accounts,
        request=lambda id, given, _: AccountLink(
            account_id=key_of(id, "Account", "id"), person_id=optional_key(given.get("person_id"), "Person", "personId")
        ),
        codes=("PERSON_HAS_ACCOUNT",),
        on="Account",
    ),
]
