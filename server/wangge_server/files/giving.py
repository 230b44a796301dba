"""Giving out: `GET /files/{id}` with a link that was signed for it, to whoever sees it, or to everybody where it is public."""

import logging
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import refusal
from wangge_core.evidence.faults import FileRefusedError
from wangge_core.evidence.links import ORIGINAL, THUMBNAIL
from wangge_core.evidence.receiving import SUFFIXES
from wangge_core.evidence.stores import FileGoneError
from wangge_core.rights.allowing import allowed
from wangge_core.rights.visibility import attachment_rule
from wangge_server.files.replies import language_of, not_found, not_signed_in, refused
from wangge_server.http.credentials import credentials_of
from wangge_server.sign_in.errors import SignInError
from wangge_server.viewers import Viewers

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What a browser may show where it is linked; all else it saves."""
PUBLIC_SECONDS = 60
SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox", "Referrer-Policy": "no-referrer"}
log = logging.getLogger("wangge.files")


@dataclass(frozen=True, slots=True)
class Found:
    """An attachment's file as it goes out, by the name of its bytes."""

    id: int
    name: str
    media_type: str
    public: bool


class FileGiver:
    """Gives files out."""

    def __init__(self, deployment: Deployment, viewers: Viewers) -> None:
        self._deployment = deployment
        self._viewers = viewers

    async def give(self, request: Request) -> Response:
        """The answer to `GET /files/{id}`."""
        key, size = request.path_params["id"], request.query_params.get("size", ORIGINAL)
        if not (key.isascii() and key.isdigit() and len(key) <= 18) or size not in (ORIGINAL, THUMBNAIL):
            return not_found(key, language_of(request))
        try:
            return await self._give(request, int(key), size)
        except FileRefusedError as error:
            return refused(error.refusal, language_of(request))
        except SignInError as error:
            return not_signed_in(error)
        except FileGoneError:
            log.warning("The bytes of attachment %s are not in the store.", key)
            return refused(refusal("FILE_GONE"), language_of(request))

    async def _give(self, request: Request, id: int, size: str) -> Response:
        kept = self._signed(request, id, size)
        async with self._deployment.read() as work:
            found = await _find(work, id, size)
        if found is not None and kept is None:
            kept = await self._kept(request, found)
        if found is None or kept is None:
            return not_found(str(id), language_of(request))
        return await self._sent(request, found, kept)

    def _signed(self, request: Request, id: int, size: str) -> str | None:
        """How long what a signed link leads to may be kept; None for a request without a signature. Raises FileRefusedError."""
        signature, expires = request.query_params.get("signature"), request.query_params.get("expires", "")
        if signature is None:
            return None
        files = self._deployment.files
        known = expires.isascii() and expires.isdigit() and len(expires) <= 12
        if files is None or not known or not files.links.is_signed(id, size, int(expires), signature):
            raise FileRefusedError("LINK_INVALID")
        left = int(expires) - int(self._deployment.clock().timestamp())
        if left <= 0:
            raise FileRefusedError("LINK_EXPIRED")
        return f"private, max-age={left}"

    async def _kept(self, request: Request, found: Found) -> str | None:
        """How long a file may be kept that is had without a link; None where this is not for who asks. Raises SignInError."""
        if found.public:
            return f"public, max-age={PUBLIC_SECONDS}"
        address = request.client.host if request.client else ""
        viewer = (await self._viewers.see(credentials_of(dict(request.scope["headers"]), address))).viewer
        async with self._deployment.read() as work:
            seen = await allowed(work, viewer, attachment_rule, t.attachment, [found.id])
        return "private, no-cache" if seen else None

    async def _sent(self, request: Request, found: Found, kept: str) -> Response:
        files = self._deployment.files
        assert files is not None, "the service opens its files before it gives any"
        tag = f'"{sha256(found.name.encode()).hexdigest()[:32]}"'
        headers = SAFE | {"Cache-Control": kept, "ETag": tag, "Vary": "Authorization"}
        if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        how = "inline" if found.media_type in SHOWN else "attachment"
        headers["Content-Disposition"] = f'{how}; filename="attachment-{found.id}.{SUFFIXES[found.media_type]}"'
        headers["Content-Length"] = str(await files.store.size(found.name))
        if request.method == "HEAD":
            return Response(headers=headers, media_type=found.media_type)
        return StreamingResponse(await files.store.read(found.name), headers=headers, media_type=found.media_type)


async def _find(work: Work, id: int, size: str) -> Found | None:
    attachment, stored = t.attachment, t.stored_file
    name: Any = stored.c.thumbnail if size == THUMBNAIL else stored.c.object
    row = await work.first(
        sa.select(name.label("name"), stored.c.media_type, attachment.c.public)
        .join(stored, stored.c.id == attachment.c.stored_file_id)
        .where(attachment.c.id == id, name.is_not(None))
    )
    return None if row is None else Found(id, row.name, row.media_type, row.public)
