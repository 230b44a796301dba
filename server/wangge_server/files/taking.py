"""Taking: `POST /files` reads a file, has it cleaned in a thread, keeps it and answers with the id to name it by."""

import asyncio
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from wangge_core.deployment import Deployment
from wangge_core.errors import refusal
from wangge_core.evidence.cleaning import Cleaned, clean
from wangge_core.evidence.faults import FileRefusedError
from wangge_core.evidence.files import Files
from wangge_core.evidence.receiving import take_in
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_schema.errors import RateLimitedError
from wangge_schema.limits import Budgets, payer_of
from wangge_server.files.bodies import read_file
from wangge_server.files.replies import NOT_KEPT, language_of, not_signed_in, refused
from wangge_server.files.settings import FileSettings
from wangge_server.http.credentials import credentials_of
from wangge_server.observing import CLIENT_GONE
from wangge_server.sign_in.errors import SignInError
from wangge_server.viewers import Viewers

TOKEN = "wangge-intake-token"
TOKEN_FORM = re.compile(r"[A-Za-z0-9_-]{32,64}")
MOST_ARRIVING = 64
"""How many files may be on their way in a process, so that neither slow senders nor a crowd take all of its memory and disk."""
MOST_SECONDS = 120
"""How long a file may take to arrive."""
ALL_VISITORS = 20
"""So many times what one address may send is taken from all that have not signed in together."""
SENDERS = (Capability.REPORT_EVENTS, Capability.COMMENT_EVENTS)


class FileTaker:
    """Takes files."""

    def __init__(self, deployment: Deployment, viewers: Viewers, settings: FileSettings) -> None:
        self._deployment = deployment
        self._viewers = viewers
        self._settings = settings
        self._decoding = ThreadPoolExecutor(settings.at_once, thread_name_prefix="wangge-files")
        self._accounts = Budgets(settings.uploads_per_minute, settings.uploads_per_minute / 60)
        of_visitors = settings.visitor_uploads_per_minute
        self._visitors = Budgets(of_visitors, of_visitors / 60) if of_visitors else None
        self._all_visitors = Budgets(of_visitors * ALL_VISITORS, of_visitors * ALL_VISITORS / 60) if of_visitors else None
        self._arriving = 0

    async def take(self, request: Request) -> Response:
        """The answer to `POST /files`."""
        address = request.client.host if request.client else ""
        try:
            viewer = (await self._viewers.see(credentials_of(dict(request.scope["headers"]), address))).viewer
        except SignInError as error:
            return not_signed_in(error)
        try:
            self._admit(viewer, address)
            return await self._take(request, viewer)
        except FileRefusedError as error:
            return refused(error.refusal, viewer.language)
        except RateLimitedError as error:
            return refused(refusal("UPLOADS_EXHAUSTED"), viewer.language, retry_after=error.retry_after)
        except TimeoutError:
            return refused(refusal("UPLOAD_TOO_SLOW"), language_of(request))
        except ClientDisconnect:
            return Response(status_code=CLIENT_GONE)

    def _admit(self, viewer: Viewer, address: str) -> None:
        """Raises FileRefusedError and RateLimitedError."""
        if self._arriving >= MOST_ARRIVING:
            raise FileRefusedError("FILES_BUSY")
        if viewer.account_id is not None:
            if viewer.key_id is not None and not any(viewer.scope(one).paths for one in SENDERS):
                raise FileRefusedError("NOT_ALLOWED")
            self._accounts.take(payer_of(viewer, address), 1)
        elif self._visitors is None or self._all_visitors is None:
            raise FileRefusedError("NOT_SIGNED_IN")
        else:
            self._visitors.take(payer_of(viewer, address), 1)
            self._all_visitors.take("", 1)

    async def _take(self, request: Request, viewer: Viewer) -> Response:
        files = self._deployment.files
        assert files is not None, "the service opens its files before it takes any"
        token = _token(request, viewer)
        self._arriving += 1
        try:
            cleaned = await self._cleaned(request, files)
            id = await take_in(files.store, self._deployment.write, viewer, cleaned, intake_token=token)
        finally:
            self._arriving -= 1
        return JSONResponse(_answer(id, cleaned, token), 201, headers=NOT_KEPT | {"Location": f"/files/{id}"})

    async def _cleaned(self, request: Request, files: Files) -> Cleaned:
        """What is to be kept of the file. Raises FileRefusedError, TimeoutError and ClientDisconnect."""
        arriving = asyncio.timeout(MOST_SECONDS)
        async with arriving, read_file(request, self._settings.most_bytes) as (file, declared):
            arriving.reschedule(None)  # it has arrived; it may wait for its turn
            now, zone = self._deployment.clock(), self._deployment.rules.zone
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._decoding, partial(clean, file, declared, files.sizes, now, zone))

    def close(self) -> None:
        """End the threads; what is being decoded is finished."""
        self._decoding.shutdown(wait=False)


def _token(request: Request, viewer: Viewer) -> str | None:
    """What ties together the files of a visitor's report; None for who has signed in. Raises FileRefusedError."""
    if viewer.account_id is not None:
        return None
    given = request.headers.get(TOKEN)
    if given is None:
        return secrets.token_urlsafe(32)
    if not TOKEN_FORM.fullmatch(given):
        raise FileRefusedError("INTAKE_TOKEN_INVALID")
    return given


def _answer(id: int, file: Cleaned, token: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": f"Attachment:{id}", "type": file.media_type, "bytes": len(file.content)}
    answer |= {"width": file.width, "height": file.height}
    return answer if token is None else answer | {"intakeToken": token}
