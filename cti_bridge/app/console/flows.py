"""Voice menus of the running daemon."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from agent_console.documents.media import FlowDoc
from config.models import Settings
from cti_bridge.app.console.threads import Threads
from cti_bridge.shell.menus import Menus
from facts.languages import ReaderLanguage
from facts.time import Instant
from ivr.drawing import draw
from ivr.drawing_words import WORDS, DrawingWords
from ivr.flow import Flow
from ivr.traffic import Traffic
from storage.journal import Journal


class DaemonFlows:
    """`agent_console.ports.Flows`."""

    def __init__(self, menus: Menus, journal: Journal, settings: Callable[[], Settings], threads: Threads) -> None:
        self._menus = menus
        self._journal = journal
        self._settings = settings
        self._threads = threads

    def flows(self) -> Sequence[FlowDoc]:
        """All that are loaded, without their contents."""
        return [self._doc(flow) for flow in self._menus.flows.values()]

    def flow(self, name: str) -> FlowDoc | None:
        """One, with its contents."""
        flow = self._menus.flows.get(name)
        if flow is None:
            return None
        return self._doc(flow).model_copy(update={"document": msgspec.to_builtins(flow.file)})

    async def drawing(
        self, name: str, start: Instant | None, end: Instant | None, language: ReaderLanguage
    ) -> bytes | None:
        """The flow as SVG; with ``start`` also how many callers went each way."""
        flow = self._menus.flows.get(name)
        return None if flow is None else await self._threads.run(self._draw, flow, start, end, WORDS[language])

    def _draw(self, flow: Flow, start: Instant | None, end: Instant | None, words: DrawingWords) -> bytes:
        if start is None:
            return draw(flow, words=words).encode()
        facts = (entry.fact for entry in self._journal.entries(start, end, personal=False))
        return draw(flow, Traffic().add_all(facts), words).encode()

    def _doc(self, flow: Flow) -> FlowDoc:
        return FlowDoc(
            flow=flow.name,
            title=flow.file.title or flow.name,
            languages=list(flow.file.languages),
            nodes=len(flow.file.nodes),
            entry_points=list(self._numbers(flow.name)),
        )

    def _numbers(self, flow: str) -> Iterator[str]:
        for number, entry in self._settings().entry_points.items():
            if flow in entry.flows:
                yield number
