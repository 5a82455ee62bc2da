"""Small flows written in the tests, and a caller who walks through them."""

from pathlib import Path
from typing import Any

from facts.ids import ContactId
from facts.journal import Fact
from facts.time import SECOND, Instant
from ivr import effects, inputs, interpreter
from ivr.checks import Known
from ivr.errors import Problem
from ivr.flow import Flow
from ivr.loader import check_files, load
from ivr.run import Run


def written(folder: Path, *texts: str) -> list[Path]:
    """Flow texts as files ``flow0.yaml``, ``flow1.yaml`` …"""
    paths = []
    for index, text in enumerate(texts):
        path = folder / f"flow{index}.yaml"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def flows_of(folder: Path, *texts: str) -> dict[str, Flow]:
    return load(written(folder, *texts))


def problems_of(folder: Path, *texts: str, known: Known | None = None) -> list[Problem]:
    return check_files(written(folder, *texts), known)[1]


class Caller:
    """Walks through a flow and remembers the effects of the last input, and all facts."""

    def __init__(self, flows: dict[str, Flow], name: str, at: Instant = 0, **call: Any) -> None:
        self.now = at
        self.facts: list[Fact] = []
        about = inputs.Call(contact_id=ContactId("c-1"), **call)
        self.run: Run
        self.run, self.effects = interpreter.begin(flows, name, about, self.now)
        self._note()

    def _note(self) -> None:
        self.facts += [effect.fact for effect in self.effects if isinstance(effect, effects.Record)]

    def does(self, given: inputs.Input, *, after_s: float = 0) -> "Caller":
        self.now += round(after_s * SECOND)
        self.run, self.effects = interpreter.step(self.run, given, self.now)
        self._note()
        return self

    def presses(self, keys: str, *, after_s: float = 0.5) -> "Caller":
        for key in keys:
            self.does(inputs.Digits(key), after_s=after_s)
        return self

    def hears_all(self) -> "Caller":
        """Listens until no prompt plays any more."""
        while self.run.playing is not None:
            self.does(inputs.PromptDone(self.run.playing), after_s=1)
        return self

    def waits(self) -> "Caller":
        """Stays silent until the deadline."""
        self.hears_all()
        assert self.run.deadline is not None
        self.now = self.run.deadline
        return self.does(inputs.Tick())

    def says(self, text: str, confidence: float = 0.95, **more: Any) -> "Caller":
        self.does(inputs.SpeechStarted(), after_s=0.5)
        return self.does(inputs.Spoken(text, confidence, **more), after_s=1)

    def all_of(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def one(self, kind: type[Any]) -> Any:
        (only,) = self.all_of(kind)
        return only

    def hears(self) -> list[str]:
        """Names of what was begun to play by the last input."""
        return [part.name for play in self.all_of(effects.Play) for part in play.prompts]

    def path(self) -> list[str]:
        return [fact.node for fact in self.facts if fact.kind == "MenuNodeEntered"]  # type: ignore[attr-defined]  # only this kind has it
