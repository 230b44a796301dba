"""Reading: what stands on the page of a board, by one query of the schema as every visitor may ask it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from wangge_core.rights.viewers import Language, anonymous
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api

QUERY = """
query NoticeBoardPage($code: String!) {
  noticeBoard(at: { gridCode: $code }) {
    candidates { code name within }
    board {
      grid { code name path { name } }
      posts { ...Post }
      vacantRoles { id }
      answering { grid { code name } posts { ...Post } }
      overlays { grid { name layer { id } } posts { ...Post } }
      levels { grid { name } posts { ...Post } ownStations { name contact kind { id } } }
      stations {
        name contact openNow kind { id }
        openToday { opens closes nextDay }
        openingHours { weekly { weekday opens closes nextDay } exceptions { on note spans { opens closes nextDay } } closedOnHolidays }
        services { name papers feeFen note }
      }
    }
  }
}
fragment Post on NoticeBoardPost { role { id } name phone substitutes { name } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A board as the schema tells it; or the grids that came after one that was divided; or the code of what went wrong. Nothing of these
    where there is no such grid."""

    board: Mapping[str, Any] | None = None
    candidates: Sequence[Mapping[str, Any]] = ()
    code: str = ""
    retry_after_seconds: int = 0


def board_api(api: Api) -> Api:
    """What boards are read with: as `api` reads, and charged together, but its own document may be run whatever others may."""
    return Api(api.deployment, api.schema, budgets=api.budgets)


async def read_board(api: Api, code: str, language: Language, address: str = "") -> Read:
    """The board of the grid of the base layer with this code. `address` is whose budget pays."""
    request = GraphQLRequest(query=QUERY, variables={"code": code}, address=address)
    answer = await api.answer(request, anonymous(language))
    if answer.codes:
        return Read(code=answer.codes[0], retry_after_seconds=answer.retry_after_seconds)
    found: Mapping[str, Any] = orjson.loads(answer.body)["data"]["noticeBoard"] or {}
    return Read(board=found.get("board"), candidates=found.get("candidates", ()))
