"""Bodies: a file comes as the body itself, or as the one file of a form (multipart/form-data), and is read no further than it may go on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from wangge_core.evidence.cleaning import check_declared
from wangge_core.evidence.faults import FileRefusedError

IN_MEMORY = 1024 * 1024
"""Bytes of a file beyond which it waits on the disk and not in memory."""
MOST_FRAMING = 64 * 1024
"""Bytes that a form may have beside its file."""
MOST_FIELDS = 20
FORM = "multipart/form-data"


@asynccontextmanager
async def read_file(request: Request, most: int) -> AsyncGenerator[tuple[IO[bytes], str], None]:
    """The file in a request, and the media type that it is said to have.

    Raises FileRefusedError (FILE_TOO_LARGE, FILE_MISSING, FILE_TYPE_UNSUPPORTED) as soon as it is clear, and ClientDisconnect.
    """
    declared = request.headers.get("content-type", "")
    is_form = declared.partition(";")[0].strip().lower() == FORM
    limit = most + MOST_FRAMING if is_form else most
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise FileRefusedError("FILE_TOO_LARGE", most=most)
    if is_form:
        async with _of_form(request, most, limit) as found:
            yield found
        return
    check_declared(declared)
    with SpooledTemporaryFile[bytes](max_size=IN_MEMORY) as file:
        async for piece in _counted(request, limit, most):
            file.write(piece)
        yield file, declared


@asynccontextmanager
async def _of_form(request: Request, most: int, limit: int) -> AsyncGenerator[tuple[IO[bytes], str], None]:
    parser = MultiPartParser(request.headers, _counted(request, limit, most), max_files=1, max_fields=MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise FileRefusedError("FILE_MISSING") from None
    try:
        upload = next((value for _, value in form.multi_items() if isinstance(value, UploadFile)), None)
        if upload is None:
            raise FileRefusedError("FILE_MISSING")
        if (upload.size or 0) > most:
            raise FileRefusedError("FILE_TOO_LARGE", most=most)
        yield upload.file, check_declared(upload.content_type or "")
    finally:
        await form.close()


async def _counted(request: Request, limit: int, most: int) -> AsyncGenerator[bytes, None]:
    read = 0
    async for piece in request.stream():
        read += len(piece)
        if read > limit:
            raise FileRefusedError("FILE_TOO_LARGE", most=most)
        yield piece
