"""What every verb is given: the settings, as the options of the command line change them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from wangge_server.settings import Settings, read_settings

_F = TypeVar("_F", bound=Callable[..., Any])


class Context:
    """Reads the settings when a verb asks for them, so that `--help` works with a broken file."""

    def __init__(self, path: str | None, *, data: str | None, database: str | None, plugins: str | None) -> None:
        self._path = path
        self._given: dict[str, Any] = {"data_folder": data, "database": database, "plugins": split(plugins)}

    def settings(self, **given: Any) -> Settings:
        """The settings; what is given here wins over the options before the verb."""
        return read_settings(self._path, **(self._given | {name: value for name, value in given.items() if value is not None}))


def split(names: str | None) -> list[str] | None:
    """`urban,rural` → its names; None stays None."""
    return None if names is None else [name.strip() for name in names.split(",") if name.strip()]


def context_options(function: _F) -> _F:
    """The options before the verb."""
    for option in (
        click.option("--plugins", metavar="A,B", help="The plugins to switch on."),
        click.option("--db", "database", metavar="URL", help="The database: sqlite:///town.db or postgresql+asyncpg://…"),
        click.option("--data", metavar="DIR", help="The data folder."),
        click.option("--settings", metavar="FILE", help="The settings file (wangge.toml)."),
    ):
        function = option(function)
    return function


pass_context = click.make_pass_decorator(Context)
