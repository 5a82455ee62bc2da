"""The sounds of the flows that answer: made before the first call, in a thread, never during one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import structlog

from config.models import Settings
from config.queues import Queue
from cti_bridge.shell.departures import SORRY_FLOW, VOICEMAIL_FLOW
from ivr.flow import Flow, Subflow
from ivr.prompts.library import SoundLibrary

log = structlog.get_logger(__name__)

MOST_TOLD = 10
"""Missing sounds that are named one by one; of more, the number is told."""


def sounds_folder(settings: Settings) -> Path:
    """Where rendered prompts are: made there, and played from there."""
    return (settings.prompts.folder or settings.home / "prompts").expanduser()


def flows_in_use(settings: Settings, flows: Mapping[str, Flow]) -> dict[str, Flow]:
    """The flows that entry points and queues lead to, and those that they go into."""
    waiting = flows_named(settings)
    found: dict[str, Flow] = {}
    while waiting:
        flow = flows.get(name := waiting.pop())
        if flow is None or name in found:
            continue
        found[name] = flow
        waiting |= {node.flow for node in flow.file.nodes.values() if isinstance(node, Subflow)}
    return found


def flows_named(settings: Settings) -> set[str]:
    """The flows that entry points and queues lead to."""
    named = {name for entry in settings.entry_points.values() for name in entry.flows}
    return named | {flow for queue in settings.queues.values() for flow in _flows_after(queue)} | {SORRY_FLOW}


def _flows_after(queue: Queue) -> Iterator[str]:
    """Where callers go whom the queue does not take or keep."""
    for way in (queue.when_closed, *(limit.then for limit in queue.limits)):
        if way.to_kind == "flow":
            yield way.to
        elif way.to_kind == "voicemail":
            yield VOICEMAIL_FLOW


def render_missing(settings: Settings, flows: Iterable[Flow], folder: SoundLibrary) -> int:
    """Make every sound that the flows may play and that is not there; tell what cannot be made. How many that is."""
    from ivr.prompts.sounds import sounds_of  # noqa: PLC0415 - needed at the start alone
    from ivr.prompts.synthesis import render  # noqa: PLC0415 - likewise, and slow to import

    done = list(render(sounds_of(flows), folder, settings.prompts.voices, settings.prompts.level_dbfs))
    folder.refresh()
    made = sum(item.outcome == "made" for item in done)
    failed = [item for item in done if item.outcome == "failed"]
    if made:
        log.info("prompts_made", count=made)
    for item in failed[:MOST_TOLD]:
        log.warning("prompt_missing", language=item.sound.language, prompt=item.sound.name, reason=item.why)
    if len(failed) > MOST_TOLD:
        log.warning("prompts_missing", count=len(failed), mend="cordboard flow prompts")
    return len(failed)
