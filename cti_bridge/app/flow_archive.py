"""The flows that callers went through, kept by version: who waits during a restart goes on as they began.

One JSON file for each version in a folder of the node's home. The newest few of each flow are kept; a call that
began with an older one than that goes on with the present one (:mod:`cti_bridge.shell.run_memory`).
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import structlog

from ivr.flow import Flow

log = structlog.get_logger(__name__)

MOST_VERSIONS = 10
"""So many of each flow are kept."""


class FlowArchive:
    """The folder. Trouble with it is told, and is no reason not to answer calls."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, flows: Mapping[str, Flow]) -> None:
        """Keep these flows, which callers are about to go through. Writes files: not for the reactor's thread."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for flow in flows.values():
                self._keep(flow)
                self._tidy(flow)
        except OSError as error:
            log.error("flow_archive_trouble", folder=str(self._folder), reason=str(error))  # noqa: TRY400 - the reason says it all

    def _keep(self, flow: Flow) -> None:
        path = self._path(flow.name, flow.version)
        if not path.exists():
            half = path.with_suffix(".half")
            half.write_bytes(msgspec.json.encode(flow))
            half.replace(path)
        os.utime(path)

    def _tidy(self, flow: Flow) -> None:
        versions = sorted(self._folder.glob(f"{flow.name}@*.json"), key=lambda path: path.stat().st_mtime_ns)
        for path in versions[:-MOST_VERSIONS]:
            path.unlink(missing_ok=True)

    def _path(self, name: str, version: str) -> Path:
        return self._folder / f"{name}@{version}.json"

    def flow_of(self, name: str, version: str) -> Flow | None:
        """The flow as it was in that version; None when it is not here, or cannot be read any more."""
        try:
            return msgspec.json.decode(self._path(name, version).read_bytes(), type=Flow)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            log.error("flow_archive_trouble", folder=str(self._folder), reason=str(error))  # noqa: TRY400 - as above
            return None
