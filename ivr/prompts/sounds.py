"""Which sounds flows need, and the name under which each is kept. Pure.

A sound is one prompt in one language, or one word that spoken values are put together from. Its file name is a digest
of all that it is made from, so a changed text makes a new file and never plays the old one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ivr.checks.names import prompts_of, standard_prompts_of
from ivr.flow import Collect, Flow, Menu, Node, Queue, Recording, SpokenValue, Survey
from ivr.grammar import first_words
from ivr.prompts.speaking import rules_of

FORM = "1"
"""Raised when sounds are made differently, so that all are made anew."""

DEFAULT_VOICES: Mapping[str, str] = {"en": "hibari", "zh": "espeak-ng:cmn"}
"""Which voice speaks a language when the settings name none."""

DEFAULT_LEVEL_DBFS = -20.0


class Sound(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One sound. ``recording``: an absolute path, when somebody spoke it; else ``text`` is synthesised."""

    language: str
    text: str
    recording: str = ""
    name: str = msgspec.field(default="")


def sounds_of(flows: Iterable[Flow]) -> set[Sound]:
    """Every sound that these flows may play and that the switch does not have itself."""
    return {sound for flow in flows for sound in _sounds_of_flow(flow)}


def _sounds_of_flow(flow: Flow) -> Iterator[Sound]:
    for name in sorted(_names(flow)):
        for language in flow.file.languages:
            recording = flow.catalogue.get(name, {}).get(language)
            if recording is not None and (recording.recording or not recording.sound):
                yield Sound(language=language, text=recording.text, recording=recording.recording, name=name)
    for name, language, text in _read_back_words(flow):
        yield Sound(language=language, text=text, name=name)
    for spoken_as, currency in sorted(_values(flow)):
        for language in flow.file.languages:
            rules = rules_of(language)
            for word in rules.vocabulary(spoken_as, currency) if rules is not None else ():
                yield Sound(language=language, text=word)


def _names(flow: Flow) -> set[str]:
    names = {name for node in flow.file.nodes.values() for name in standard_prompts_of(node)}
    if flow.file.escape is not None and flow.file.escape.say:
        names.add("an_agent")
    return names | {item for node in flow.file.nodes.values() for item in _items(node) if isinstance(item, str)}


def _read_back_words(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """By which words choices without prompts are read back when the recogniser is not sure."""
    for node in flow.file.nodes.values():
        if not isinstance(node, Menu) or node.input == "keys":
            continue
        for choice in node.choices:
            for language in flow.file.languages:
                if not choice.prompts and (text := first_words(choice, language)):
                    yield choice.name, language, text


def _items(node: Node) -> Iterator[str | SpokenValue]:
    for _, prompts in prompts_of(node):
        yield from prompts


def _values(flow: Flow) -> set[tuple[str, str]]:
    """Each way of speaking values that occurs, with its currency."""
    values: set[tuple[str, str]] = set()
    for node in flow.file.nodes.values():
        values |= {
            (item.as_, item.currency if item.as_ == "money" else "")
            for item in _items(node)
            if not isinstance(item, str)
        }
        if isinstance(node, Collect | Survey) and node.input != "keys":
            values.add((_read_back(node), ""))
        if isinstance(node, Queue) and node.announce is not None:
            values |= {("number", ""), ("duration", "")}
    return values


def _read_back(node: Collect | Survey) -> str:
    """How the interpreter says what it has understood."""
    return node.kind if isinstance(node, Collect) and node.kind in ("date", "number") else "digits"


def voice_of(language: str, voices: Mapping[str, str]) -> str:
    """The voice that speaks a language; empty when none does."""
    for known in (voices, DEFAULT_VOICES):
        for name in (language, language[:2]):
            if known.get(name):
                return known[name]
    return ""


def file_name(language: str, made_from: str, level_dbfs: float) -> str:
    """Where a sound is kept below the folder of sounds, without extension: ``en/0123456789abcdef0123``."""
    digest = hashlib.sha256(f"{FORM}\0{language}\0{level_dbfs:.1f}\0{made_from}".encode()).hexdigest()
    return f"{language}/{digest[:20]}"


def text_name(language: str, text: str, voices: Mapping[str, str], level_dbfs: float = DEFAULT_LEVEL_DBFS) -> str:
    """Where a synthesised text is kept."""
    return file_name(language, f"text\0{voice_of(language, voices)}\0{text}", level_dbfs)


def recording_name(language: str, content: bytes, level_dbfs: float = DEFAULT_LEVEL_DBFS) -> str:
    """Where a recording of this content is kept."""
    return file_name(language, f"recording\0{hashlib.sha256(content).hexdigest()}", level_dbfs)


def sound_of_switch(recording: Recording) -> str:
    """The switch's own sound that is played for a prompt; empty when there is none or somebody recorded it."""
    return "" if recording.recording else recording.sound
