"""Flows, sounds and entry points from the settings."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from config.models import Settings
from cti_bridge.shell.menu_session import Menus
from facts.time import Instant
from ivr.effects import PromptPart
from ivr.flow import Flow
from ivr.loader import flow_files, load, load_shipped

SILENCE = "silence/1"


class NumberTable(msgspec.Struct, frozen=True):
    """Which flow answers a dialled number; ``fallback`` answers all others."""

    flows: Mapping[str, str]
    fallback: str

    def flow_of(self, dialled: str, caller: str, now: Instant) -> str:  # noqa: ARG002 - by calendar and caller later
        """The flow's name."""
        return self.flows.get(dialled, self.fallback)


class FlowSounds(msgspec.Struct, frozen=True):
    """Prompts as files that the switch can play: a recording beside the flow, or a sound that the switch has."""

    def files(self, flow: Flow, parts: tuple[PromptPart, ...], language: str) -> tuple[str, ...]:
        """One sound after the other, without extension."""
        return tuple(self._file(flow, part, language) for part in parts)

    def _file(self, flow: Flow, part: PromptPart, language: str) -> str:
        said = flow.catalogue.get(part.name, {}).get(language)
        if said is None:
            return SILENCE
        if said.recording:
            return str(Path(said.recording).with_suffix(""))
        return said.sound or SILENCE


def flows_of(settings: Settings) -> dict[str, Flow]:
    """The shipped flows and the site's own, which may replace shipped ones of the same name."""
    paths: list[Path] = []
    for path in settings.flows:
        paths += flow_files(path) if path.is_dir() else [path]
    return {**load_shipped(), **load(paths)}


def menus_of(settings: Settings) -> Menus:
    """What answers callers."""
    flows = flows_of(settings)
    table = {number: entry.flow for number, entry in settings.entry_points.items()}
    fallback = next(iter(table.values()), next(iter(flows)))
    return Menus(flows, FlowSounds(), NumberTable(table, fallback))
