"""The routes of files."""

from starlette.routing import BaseRoute, Route

from wangge_core.deployment import Deployment
from wangge_server.files.giving import FileGiver
from wangge_server.files.settings import FileSettings
from wangge_server.files.taking import FileTaker
from wangge_server.viewers import Viewers


def file_routes(deployment: Deployment, viewers: Viewers, settings: FileSettings) -> list[BaseRoute]:
    """The routes of files."""
    taker, giver = FileTaker(deployment, viewers, settings), FileGiver(deployment, viewers)
    return [Route("/files", taker.take, methods=["POST"]), Route("/files/{id}", giver.give, methods=["GET"])]
