"""Flows, sounds and entry points from the settings."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import structlog

from config.models import Settings
from cti_bridge.shell.menu_session import Menus
from facts.time import Instant
from ivr.flow import Flow
from ivr.loader import flow_files, load, load_shipped
from ivr.prompts.library import SoundLibrary

log = structlog.get_logger(__name__)


class NumberTable(msgspec.Struct, frozen=True):
    """Which flow answers a dialled number; ``fallback`` answers all others."""

    flows: Mapping[str, str]
    fallback: str

    def flow_of(self, dialled: str, caller: str, now: Instant) -> str:  # noqa: ARG002 - by calendar and caller later
        """The flow's name."""
        return self.flows.get(dialled, self.fallback)


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
    return Menus(flows, sounds_of(settings), NumberTable(table, fallback))


def sounds_of(settings: Settings) -> SoundLibrary:
    """The folder of rendered prompts; what is missing there is told once."""
    folder = settings.prompts.folder or settings.home / "prompts"
    return SoundLibrary(
        folder.expanduser(),
        voices=settings.prompts.voices,
        level_dbfs=settings.prompts.level_dbfs,
        on_missing=_tell_missing,
    )


def _tell_missing(language: str, name: str) -> None:
    log.warning("prompt_missing", language=language, prompt=name, mend="cordboard flow prompts --render")
