"""Logs: one line for each request, and what libraries have to say, as JSON or in colours for a person at a terminal.

No line holds a variable, a document, a header or the message of an exception, because each of them may hold what somebody entered:
of an exception the log has its class and where it was raised, and of a library's line the text without what was put into it.
"""

import logging
import logging.config
import sys
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

from wangge_core.errors import WanggeError
from wangge_schema.errors import INTERNAL
from wangge_server.settings import Settings

if TYPE_CHECKING:
    from wangge_server.observing import Watched

OWN = ("wangge", "wangge_core", "wangge_schema", "wangge_server", "granian", "_granian")
"""Loggers whose lines hold nothing that a client sent, so that they are shown whole."""
MOST_SHOWN = 200
MOST_FRAMES = 30
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def open_logger(settings: Settings, file: BinaryIO | None = None) -> FilteringBoundLogger:
    """The logger of a process. Lines go to standard error, which leaves standard output to what commands answer."""
    return _logger(settings.log_level, as_json(settings, sys.stderr), file)


def as_json(settings: Settings, stream: TextIO) -> bool:
    """Whether lines are JSON; unless the settings say so, they are where nobody looks at a terminal."""
    return settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())


def _logger(level: str, json: bool, file: BinaryIO | None) -> FilteringBoundLogger:
    written: Any = structlog.BytesLogger(file or _standard_error()) if json else structlog.PrintLogger(sys.stderr)
    renderer: Processor = structlog.processors.JSONRenderer(orjson.dumps) if json else structlog.dev.ConsoleRenderer()
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at" if json else "timestamp")
    return structlog.wrap_logger(
        written,
        processors=[structlog.processors.add_log_level, stamp, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        cache_logger_on_first_use=True,
    ).bind()


def _standard_error() -> BinaryIO:
    """Standard error of its own, which nobody who replaces `sys.stderr` takes away."""
    return open(2, "wb", closefd=False)


def log_request(logger: FilteringBoundLogger, request: "Watched") -> None:
    """The line of a request: `error` where something went wrong inside, otherwise `info`."""
    operation = request.operation
    tell = logger.error if request.status >= 500 or INTERNAL in request.codes else logger.info
    tell(
        "request",
        transport=request.transport,
        kind=operation.kind,
        operation=operation.name[:MOST_SHOWN],
        document=operation.document_hash,
        status=request.status,
        ms=round(request.seconds * 1000, 2),
        cost=request.cost,
        bytes=request.size,
        signed_in=request.signed_in,
        **({"codes": request.codes} if request.codes else {}),
    )


class RecordHandler(logging.Handler):
    """Hands what goes through the standard library's loggers to ours, without what may not be told."""

    def __init__(self, log_level: str, json: bool) -> None:
        super().__init__()
        self._logger = _logger(log_level, json, None)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        facts = {} if error is None else facts_of(error)
        self._logger.log(record.levelno, said(record), logger=record.name, **facts)


def said(record: logging.LogRecord) -> str:
    """What a record says: whole where the logger is our own, otherwise the first line without the values that were put into it."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if record.name.split(".")[0] in OWN:
        return record.getMessage()
    return record.msg.strip().partition("\n")[0][:MOST_SHOWN]


def facts_of(error: BaseException) -> dict[str, Any]:
    """What can be told of an exception: classes, our own code, SQLSTATE, and the lines that it went through, the innermost last."""
    chain = list(_chain(error))
    codes = [one.code for one in chain if isinstance(one, WanggeError)]
    states = [state for one in chain if isinstance(state := getattr(one, "sqlstate", None), str)]
    return {
        "error": " < ".join(_name(type(one)) for one in chain),
        "raised": _raised(chain),
        **({"code": codes[0]} if codes else {}),
        **({"sqlstate": states[0]} if states else {}),
    }


def _chain(error: BaseException | None) -> list[BaseException]:
    """The exception, what it came from, and so on."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _name(cls: type) -> str:
    return cls.__name__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"


def _raised(chain: list[BaseException]) -> list[str]:
    """The innermost lines; where none of them is ours, the last one of ours stands in front."""
    innermost = _frames(chain[-1])[-MOST_FRAMES:]
    ours = [line for error in chain for line in _frames(error) if line.split(".")[0] in OWN]
    return innermost if not ours or set(ours) & set(innermost) else [ours[-1], *innermost[1:]]


def _frames(error: BaseException) -> list[str]:
    walked = traceback.walk_tb(error.__traceback__)
    return [f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in walked]


def dictionary(settings: Settings) -> dict[str, Any]:
    """The configuration of the standard library's loggers, as `logging.config.dictConfig` and granian take it.

    Other people's loggers are heard from `warning` on: below it SQLAlchemy and its drivers tell statements and values.
    """
    handler = {"()": "wangge_server.logs.RecordHandler", "log_level": settings.log_level, "json": as_json(settings, sys.stderr)}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {},
        "handlers": {"wangge": handler},
        "root": {"handlers": ["wangge"], "level": "WARNING"},
        "loggers": {name: {"level": settings.log_level.upper(), "propagate": True} for name in OWN},
    }


def set_up_logging(settings: Settings) -> None:
    """Send what goes through the standard library's loggers of this process our way."""
    logging.config.dictConfig(dictionary(settings))
