"""The registry: everything that the enabled plugins declared, resolved and frozen. Made once by `load_plugins`, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from wangge_core.plugin.definitions import (
    DutyDefinition,
    EventKindDefinition,
    GridTypeDefinition,
    NeedKindDefinition,
    OccasionDefinition,
    RoleDefinition,
    StaffingDefinition,
    ThingKindDefinition,
    WorkflowDefinition,
)
from wangge_core.plugin.faults import Fault
from wangge_core.plugin.measuring import IndicatorDefinition, MeasureDefinition, MilestonesDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlugin:
    """A plugin that was loaded: its name, its distribution's version, and what that version asks of the core."""

    name: str
    version: str
    requires_core: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What there is, by full id. Mappings keep the order of declaration and cannot be changed."""

    plugins: tuple[LoadedPlugin, ...]
    grid_types: Mapping[str, GridTypeDefinition]
    staffings: Mapping[str, StaffingDefinition]
    roles: Mapping[str, RoleDefinition]
    workflows: Mapping[str, WorkflowDefinition]
    event_kinds: Mapping[str, EventKindDefinition]
    need_kinds: Mapping[str, NeedKindDefinition]
    asset_kinds: Mapping[str, ThingKindDefinition]
    place_kinds: Mapping[str, ThingKindDefinition]
    measures: Mapping[str, MeasureDefinition] = field(default_factory=dict[str, MeasureDefinition])
    indicators: Mapping[str, IndicatorDefinition] = field(default_factory=dict[str, IndicatorDefinition])
    milestones: Mapping[str, MilestonesDefinition] = field(default_factory=dict[str, MilestonesDefinition])
    """By the id of the workflow."""
    occasions: Mapping[str, OccasionDefinition]
    duties: Mapping[str, DutyDefinition]
    warnings: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, dict):
                object.__setattr__(self, one.name, MappingProxyType(value))  # pyright: ignore[reportUnknownArgumentType]
