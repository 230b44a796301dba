"""Photographs and files, and on which events they are."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.evidence.links import THUMBNAIL
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import attachment_private_rule, attachment_rule
from wangge_schema.reading.declare import column, computed, expression, need, planned, to_one
from wangge_schema.reading.sources import Argument, Asking, Reader, Row, Scalar
from wangge_schema.scalars import DateTime
from wangge_schema.types.nodes import Node, node_id

EXPIRES = Argument(
    "expires_in",
    "int | None",
    "For how many seconds it must hold at least: 1 to what the deployment allows, 3,600 unless it says otherwise; more is cut.",
    optional=True,
)


def _of_file(name: str) -> Callable[[Row, Asking], sa.ColumnElement[Any]]:
    """A column of the file that an attachment has."""
    stored = t.stored_file
    return lambda row, _: sa.select(stored.c[name]).where(stored.c.id == row.c.stored_file_id).correlate(row).scalar_subquery()


def _sender(row: Row) -> sa.ColumnElement[Any]:
    """The resident who sent it; NULL for staff."""
    account = t.account.alias()
    return sa.select(account.c.person_id).where(account.c.id == row.c.uploader_id).correlate(row).scalar_subquery()


def _url(needs: dict[str, Any], reader: Reader) -> str | None:
    return _link(needs, reader)


def _thumbnail_url(needs: dict[str, Any], reader: Reader) -> str | None:
    return _link(needs, reader, size=THUMBNAIL) if needs["thumbnail"] else None


def _link(needs: dict[str, Any], reader: Reader, **size: str) -> str | None:
    if reader.links is None:
        return None
    if needs["public"]:
        return reader.links.public_path(needs["id"], **size)
    return reader.links.path(needs["id"], reader.now, seconds=needs.get("expiresIn"), **size)


@planned(
    table=t.attachment,
    rule=attachment_rule,
    prefix="Attachment",
    data_class=DataClass.STAFF,
    private=attachment_private_rule,
    subject=_sender,
)
class Attachment(Node):
    """A photograph or file. Seen by whoever sees an event that it is on, and by who sent it."""

    id: strawberry.ID = node_id("Attachment")
    url: str | None = computed(
        "The path, on this service, at which it is had without signing in until the link ends; of a public one for good. Ask for a new "
        "link where one has ended. Null where the service keeps no files.",
        _url,
        arguments=[EXPIRES],
        id=need("id", "number"),
        public=need("public", "boolean"),
    )
    thumbnail_url: str | None = computed(
        "The same for a small copy, of at most 320 pixels a side; null for what is no picture.",
        _thumbnail_url,
        arguments=[EXPIRES],
        id=need("id", "number"),
        public=need("public", "boolean"),
        thumbnail=Scalar(_of_file("thumbnail"), "text"),
    )
    media_type: str = expression(
        _of_file("media_type"), "What it is: `image/jpeg`, `image/png`, `image/webp` or `application/pdf`."
    )
    bytes: int = expression(_of_file("bytes"), "How many bytes it has.", form="number")
    width: int | None = expression(_of_file("width"), "Its width in pixels; null for what is no picture.", form="number")
    height: int | None = expression(_of_file("height"), "Its height in pixels; null for what is no picture.", form="number")
    taken_in_at: DateTime = column("taken_in_at", "When it came here.", form="moment")
    taken_at_claimed: DateTime | None = column(
        "taken_at_claimed", "When it was taken, as the camera wrote: a claim, which anybody can make.", form="moment"
    )
    longitude_claimed: float | None = column(
        "longitude_claimed",
        "WGS 84 longitude where it was taken, as the camera wrote; a claim.",
        form="number",
        data_class=DataClass.PRIVATE,
    )
    latitude_claimed: float | None = column(
        "latitude_claimed",
        "WGS 84 latitude where it was taken, as the camera wrote; a claim.",
        form="number",
        data_class=DataClass.PRIVATE,
    )
    public: bool = column("public", "Whether somebody decided that everybody may see it.", form="boolean")


@planned(table=t.event_attachment, data_class=DataClass.STAFF)
class EventAttachment:
    """That a photograph or file is on an event."""

    attachment: Attachment | None = to_one("attachment_id", "The photograph or file.")
    role: str = column(
        "role", "What it shows: the name of what a move asked for, such as `photo_before` and `photo_after`, or `report`."
    )
    sequence: int = column("sequence", "The entry of the event's history that it came with.", form="number")
