"""Checks before the service starts: whether the sign-in that the settings describe may be served at all."""

from wangge_core.errors import SettingError
from wangge_server.demo.markers import FILE, place_of, read_marker
from wangge_server.settings import Settings
from wangge_server.sign_in.issuers import is_loopback


def check_sign_in(settings: Settings) -> None:
    """Raise SettingError where development sign-in could let strangers in: beside real issuers, or where others reach the service."""
    if not settings.development_sign_in:
        return
    if settings.issuers:
        raise SettingError(
            "development_sign_in is on beside real issuers.",
            hint="Switch development_sign_in off, or take the issuers out of the settings.",
        )
    if not is_loopback(settings.host):
        raise SettingError(
            f"development_sign_in is on, and {settings.host} can be reached from other machines.",
            hint="Serve at 127.0.0.1, or switch development_sign_in off and name an issuer.",
        )


def check_demo_database(settings: Settings) -> None:
    """Raise SettingError where development sign-in is on for a database that `wangge demo` did not fill."""
    if not settings.development_sign_in:
        return
    marker = read_marker(settings.folder)
    if marker is None or marker.database != place_of(settings):
        raise SettingError(
            f"development_sign_in is on, and the database is not the demo's: {FILE} in {settings.folder} does not name it.",
            hint="Switch development_sign_in off and name an issuer, or run `wangge demo`.",
        )
