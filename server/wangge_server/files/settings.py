"""The settings of files, and what is opened by them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from wangge_core.errors import SettingError
from wangge_core.evidence.cleaning import Sizes
from wangge_core.evidence.files import Files
from wangge_core.evidence.link_keys import link_keys_of, read_link_key
from wangge_core.evidence.links import Links
from wangge_core.evidence.stores import open_store
from wangge_core.sealing.key_files import KeyFile

Positive = Annotated[int, msgspec.Meta(ge=1)]


class FileSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Photographs and files: `[files]`."""

    store: str = ""
    """Where they are kept: empty for the folder `files` in the data folder, or `s3://bucket/prefix`."""
    link_key_file: str = ""
    """The file of the secret that links are signed with. Empty: the keys of `sealing_key_file`, or else `links.key` in the data folder."""
    most_link_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 3_600
    """For how long a link holds at most."""
    most_bytes: Positive = 10_000_000
    """The largest file that is taken."""
    most_pixels: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 50_000_000
    """The largest picture that is decoded: width times height."""
    largest_side: Annotated[int, msgspec.Meta(ge=320, le=16_000)] = 4_096
    """Pictures are brought down to so many pixels of their longer side."""
    at_once: Positive = 2
    """How many pictures each process decodes at once; the largest needs about eight bytes a pixel."""
    uploads_per_minute: Positive = 60
    """How many files one account may send in a minute."""
    visitor_uploads_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 10
    """How many files may come in a minute from one address of who has not signed in; 0 takes none from them."""


def open_files(given: FileSettings, folder: Path, sealing_key_file: str) -> Files:
    """What files are kept with; `folder` is the data folder. Raises SettingError where the store or the secret cannot be used."""
    return Files(
        store=open_store(given.store, folder / "files"),
        links=Links(_link_keys(given, folder, sealing_key_file), most_seconds=given.most_link_seconds),
        sizes=Sizes(most_pixels=given.most_pixels, largest_side=given.largest_side),
    )


def _link_keys(given: FileSettings, folder: Path, sealing_key_file: str) -> Callable[[], Sequence[bytes]]:
    """The secrets of links: the first one signs. All processes of a deployment must have the same."""
    if not given.link_key_file and sealing_key_file:
        file = KeyFile(Path(sealing_key_file))
        return lambda: link_keys_of(file())
    if given.store and not given.link_key_file:
        raise SettingError(
            "links to files need a secret that all machines share.", hint="Set link_key_file in [files], or sealing_key_file."
        )
    secret = read_link_key(Path(given.link_key_file) if given.link_key_file else folder / "links.key")
    return lambda: (secret,)
