"""The route of reports: `GET /report/grid/CODE?month=2026-10`, for who may read the indicators of the grid."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from wangge_core.deployment import Deployment
from wangge_core.indicators.requests import EARLIEST
from wangge_core.rights.viewers import Viewer
from wangge_server.boards.routes import language_of
from wangge_server.http.credentials import credentials_of
from wangge_server.http.statuses import GRAPHQL, STATUSES
from wangge_server.reports.figures import Month, read_month
from wangge_server.reports.pages import POLICY, report_page
from wangge_server.reports.reading import read_report
from wangge_server.sign_in.errors import SignInError
from wangge_server.viewers import Viewers

NOT_KEPT = {"Cache-Control": "no-store", "Vary": "Authorization, Accept-Language"}
HEADERS = NOT_KEPT | {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}


def report_routes(deployment: Deployment, viewers: Viewers) -> list[BaseRoute]:
    """The routes."""
    return [Route("/report/grid/{code}", Reports(deployment, viewers).page, methods=["GET"])]


class Reports:
    """Answers for the reports of one service."""

    def __init__(self, deployment: Deployment, viewers: Viewers) -> None:
        self._deployment, self._viewers = deployment, viewers

    async def page(self, request: Request) -> Response:
        """The answer to `GET /report/grid/CODE`: of the month before this one unless `month` names another."""
        try:
            viewer = await self._viewer(request)
        except SignInError as error:
            return _failed(error.code, error.message, error.retry_after_seconds)
        if viewer.account_id is None:
            return _failed("UNAUTHENTICATED", "Sign in to read reports.")
        made_at = self._deployment.clock().astimezone(self._deployment.rules.zone)
        today = Month(year=made_at.year, month=made_at.month)
        named = request.query_params.get("month")
        month = today.before if named is None else read_month(named)
        if month is None or month.year <= EARLIEST.year or month.first > today.first:
            return _failed("REQUEST_INVALID", f"`month` is one like 2026-10, after {EARLIEST.year} and not in the future.")
        async with self._deployment.read() as work:
            report = await read_report(work, viewer, request.path_params["code"], month)
        if report is None:
            return _failed("NOT_FOUND", "There is no such grid, or its figures are not for you.")
        return Response(report_page(report, viewer.language, made_at), headers=HEADERS, media_type="text/html")

    async def _viewer(self, request: Request) -> Viewer:
        """Raises SignInError."""
        address = request.client.host if request.client else ""
        seen = await self._viewers.see(credentials_of(dict(request.scope["headers"]), address))
        return replace(seen.viewer, language=language_of(request))


def _failed(code: str, message: str, retry_after_seconds: int = 0) -> Response:
    status = 404 if code == "NOT_FOUND" else STATUSES[code].under(GRAPHQL)
    headers = NOT_KEPT | ({"Retry-After": str(retry_after_seconds)} if retry_after_seconds else {})
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status, headers=headers)
