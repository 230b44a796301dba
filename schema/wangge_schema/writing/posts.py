"""Mutations of accounts and posts."""

import strawberry

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.boards.publishing import PostPublishing, publish_posts
from wangge_core.changing import KEEP
from wangge_core.plugin.declarations.staff import PostEndGround, StaffSource
from wangge_core.rights.posts import NewPost, PostEnd, assign_posts
from wangge_core.steering.handing_over import end_posts_and_free
from wangge_schema.scalars import DateTime
from wangge_schema.types.rights import Account, Post
from wangge_schema.writing.changes import changed
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="An account to create.")
class AccountCreateInput:
    login: str = required("What the issuer of tokens calls the person: letters, digits and . _ @ - only.")
    name: str = required("The person's name at work, at most 80 characters.")
    issuer: str | None = optional(
        "The issuer, `iss`, that alone may sign it in; without one the only issuer that the deployment has."
    )
    machine: bool | None = optional("Whether it is a machine's, which signs in with API keys alone; false unless given.")


@strawberry.input(description="A post to give.")
class PostAssignInput:
    account_id: strawberry.ID = required("Who is to hold it.")
    role_id: strawberry.ID = required("What for, such as `community.grid_worker`.")
    grid_id: strawberry.ID = required("Where.")
    office_id: strawberry.ID | None = optional("The office that the holder belongs to.")
    starts_at: DateTime | None = optional("From when; now unless given.")
    ends_at: DateTime | None = optional("Until when; open unless given.")
    source: StaffSource | None = optional("Whence the holder comes.")
    untrained_reason: str | None = optional(
        "Why it is given to somebody without a course that its role requires, which is refused without; at most 400 characters."
    )


@strawberry.input(description="How to end a post.")
class PostEndInput:
    reason: str | None = optional("Why, at most 400 characters.")
    at: DateTime | None = optional("When; now unless given.")
    ground: PostEndGround | None = optional("On what ground; OTHER needs the reason.")


@strawberry.input(description="What the notice board shows of a post. What is left out stays as it is.")
class PostPublishInput:
    official_phone: str | None = optional("The official telephone of the post; null for its office's.")
    name_shown: bool | None = optional("Whether the holder's name is told.")


def _publishing(id: str, given: Given, input: PostPublishInput) -> PostPublishing:
    phone = changed(given, input).get("official_phone", KEEP)
    return PostPublishing(post_id=key_of(id, "Post", "id"), official_phone=phone, name_shown=given.get("name_shown", KEEP))


def _new_account(_: str, given: Given, __: object) -> NewAccount:
    machine = bool(given.get("machine"))
    return NewAccount(login=given["login"], name=given["name"], issuer=given.get("issuer"), machine=machine)


def _new_post(_: str, given: Given, input: PostAssignInput) -> NewPost:
    return NewPost(
        account_id=key_of(given["account_id"], "Account", "accountId"),
        role_id=given["role_id"],
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        office_id=optional_key(given.get("office_id"), "Office", "officeId"),
        starts_at=given.get("starts_at"),
        ends_at=given.get("ends_at"),
        source=input.source or None,
        untrained_reason=given.get("untrained_reason"),
    )


def _end(id: str, given: Given, input: PostEndInput) -> PostEnd:
    key = key_of(id, "Post", "id")
    return PostEnd(post_id=key, reason=given.get("reason"), at=given.get("at"), ground=input.ground or None)


MUTATIONS = [
    Mutation(
        name="accountCreate",
        description="Create an account, which may do nothing until it is given a post. For MANAGE_POSTS anywhere.",
        thing="account",
        type=Account,
        input=AccountCreateInput,
        operation=create_accounts,
        request=_new_account,
        codes=(*TEXT, "LOGIN_INVALID", "LOGIN_TAKEN"),
    ),
    Mutation(
        name="postAssign",
        description="Give a post to another: role × grid × term. For MANAGE_POSTS over the grid, and no more than one has there.",
        thing="post",
        type=Post,
        input=PostAssignInput,
        operation=assign_posts,
        request=_new_post,
        codes=(*TEXT, "GRID_ENDED", "ROLE_UNKNOWN", "TERM_INVALID", "RIGHTS_FOR_ONESELF", "RIGHTS_EXCEED_OWN", "TRAINING_MISSING"),
    ),
    Mutation(
        name="postEnd",
        description="End a post; its rights are gone from that moment. Its open tasks fall to its office, or to its role over the grid. "
        "For MANAGE_POSTS over its grid.",
        thing="post",
        type=Post,
        input=PostEndInput,
        operation=end_posts_and_free,
        request=_end,
        codes=(*TEXT, "POST_ENDED", "TERM_INVALID", "REQUIRED"),
        on="Post",
    ),
    Mutation(
        name="postPublish",
        description="Say what the notice board shows of a post, where its role stands there. For MANAGE_POSTS over its grid.",
        thing="post",
        type=Post,
        input=PostPublishInput,
        operation=publish_posts,
        request=_publishing,
        codes=(*TEXT, "PHONE_INVALID"),
        on="Post",
    ),
]
