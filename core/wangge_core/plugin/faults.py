"""Faults of plugins: every one names the plugin, the thing and the way to mend it, and all are reported together."""

from dataclasses import dataclass

from wangge_core.errors import WanggeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with one plugin. `code` is stable; `hint` says how to mend it. A `warning` does not stop the start."""

    plugin: str
    thing: str
    code: str
    message: str
    hint: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.plugin}: {self.thing}: {self.message} [{self.code}] {self.hint}"


class PluginError(WanggeError):
    """The enabled plugins have faults; nothing was started."""

    code = "PLUGIN_FAULTS"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(
            f"{len(faults)} fault(s) in the enabled plugins:\n{lines}",
            hint="Mend them, or take the plugin out of `plugins` in the settings; `wangge plugins check` shows this list again.",
        )
