"""Mutations of photographs and files. They come in over `POST /files`; reports and moves put them on events."""

from collections.abc import Callable
from typing import Any

import strawberry

from wangge_core.evidence.publishing import Publishing, publish_attachments
from wangge_schema.types.attachments import Attachment
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import optional
from wangge_schema.writing.payloads import key_of

NOTE = "Why, for the log of changes; at most 200 characters."


@strawberry.input(description="How to let everybody see a photograph or file.")
class AttachmentPublishInput:
    reason: str | None = optional(NOTE)


@strawberry.input(description="How to let only those see a photograph or file who see its event.")
class AttachmentUnpublishInput:
    reason: str | None = optional(NOTE)


def _request(public: bool) -> Callable[[str, Given, Any], Publishing]:
    def made(id: str, given: Given, _: Any) -> Publishing:
        return Publishing(attachment_id=key_of(id, "Attachment", "id"), public=public, reason=given.get("reason"))

    return made


def _mutation(name: str, description: str, input: Any, *, public: bool) -> Mutation:
    return Mutation(
        name=name,
        description=f"{description} For COMMENT_EVENTS over the grid of every event that it is on.",
        thing="attachment",
        type=Attachment,
        input=input,
        operation=publish_attachments,
        request=_request(public),
        codes=(),
        on="Attachment",
    )


MUTATIONS = [
    _mutation(
        "attachmentPublish",
        "Let everybody see a photograph or file, by its plain path. Look at it first: a picture may show people who were not asked.",
        AttachmentPublishInput,
        public=True,
    ),
    _mutation(
        "attachmentUnpublish",
        "Let only those see a photograph or file again who see an event that it is on.",
        AttachmentUnpublishInput,
        public=False,
    ),
]
