"""Files: all that a deployment keeps files with."""

from dataclasses import dataclass, field

from wangge_core.evidence.cleaning import Sizes
from wangge_core.evidence.links import Links
from wangge_core.evidence.stores import FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where bytes are kept, how they are reached, and how large pictures may be."""

    store: FileStore
    links: Links
    sizes: Sizes = field(default_factory=Sizes)
