"""Replies of exports: files to save, and JSON with an error where there is none."""

from collections.abc import Mapping
from datetime import date

from starlette.responses import JSONResponse, Response

from wangge_schema.errors import without_secrets
from wangge_server.http.statuses import GRAPHQL, REFUSED, STATUSES

CSV = "text/csv; charset=utf-8; header=present"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_KEPT = {"Cache-Control": "no-store"}
OWN: Mapping[str, int] = {"EXPORTS_BUSY": 429, "EXPORT_TOO_LONG": 413, "NOT_FOUND": 404}
"""The status of codes that only exports have."""


def file_headers(name: str, day: date, suffix: str) -> dict[str, str]:
    """The headers of a file that is saved and kept by nobody on the way."""
    return NOT_KEPT | {
        "Content-Disposition": f'attachment; filename="{name}-{day.isoformat()}.{suffix}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Vary": "Authorization, Accept-Language",
    }


def failed(code: str, message: str, *, retry_after_seconds: int = 0) -> Response:
    """The answer where there is no file."""
    status = OWN.get(code) or STATUSES.get(code, REFUSED).under(GRAPHQL)
    headers = NOT_KEPT | ({"Retry-After": str(retry_after_seconds)} if retry_after_seconds else {})
    error = {"message": without_secrets(message), "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status, headers=headers)
