"""Nodes that wait for the caller: menu, collect, confirm, survey. Keys and speech, retries, escape.

Keys and speech at once: the first key ends recognition, and what is recognised after it is ignored, so a key always
wins over speech that is still being decided. After two failures of speech at a node the caller is offered keys; when
the recogniser itself fails, the rest of the call goes on with keys only.
"""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Literal

from facts.journal import MenuInputGiven, SurveyAnswered
from facts.time import SECOND, from_seconds
from ivr import collecting, effects, grammar, inputs
from ivr.acting import set_variable
from ivr.flow import (
    Asking,
    Choice,
    Collect,
    Confirm,
    Escape,
    Menu,
    Prompts,
    Recording,
    Retry,
    SpokenValue,
    Survey,
    Value,
)
from ivr.run import NO_KEYS, Heard, Keys, Phase, Run, Secret
from ivr.turn import Exit, Turn

SPEECH_FAILURES_BEFORE_KEYS = 2
LONGEST_SPEECH = 20 * SECOND
"""After that it counts as none at all."""

YES, NO = "yes", "no"
ENTERED = "entered"

Mode = Literal["dtmf", "speech", "none"]


# -- coming to the node ---------------------------------------------------------------------------------------------


def enter(turn: Turn, node: Asking) -> Exit | None:
    """Ask, unless the caller has typed the answer ahead, or is giving it already."""
    turn.change(phase=Phase.LISTENING, keys=NO_KEYS, heard=None, no_inputs=0, no_matches=0, speech_failures=0)
    if turn.run.hearing:
        turn.wake_in(LONGEST_SPEECH)
        return None
    typed = turn.run.typed
    if typed:
        turn.change(typed=NO_KEYS)
        _listen(turn, node)
        return take_keys(turn, node, inputs.Digits(typed.pressed))
    _ask(turn, node, node.prompts)
    return None


def listen_ahead(turn: Turn, node: Asking) -> None:
    """Listen for the answer to a question that has not been asked yet; keys are typed ahead as ever."""
    if _speech_wanted(turn, node):
        turn.listen(None, _grammar(turn, node), private=False)


def _ask(turn: Turn, node: Asking, prompts: Prompts) -> None:
    turn.change(phase=Phase.LISTENING, keys=NO_KEYS, heard=None)
    _listen(turn, node)
    if not turn.play(prompts, interruptible=node.interruptible):
        turn.wake_in_seconds(node.first_digit_s)


def _listen(turn: Turn, node: Asking) -> None:
    first, between = from_seconds(node.first_digit_s), from_seconds(node.inter_digit_s)
    terminator = node.terminator if isinstance(node, Collect) else ""
    keys = effects.KeyEntry(
        max_digits=_most_digits(turn, node), terminator=terminator, first_digit_us=first, inter_digit_us=between
    )
    spoken = _grammar(turn, node) if _speech_wanted(turn, node) else None
    turn.listen(keys, spoken, private=node.private)


def _most_digits(turn: Turn, node: Asking) -> int:
    if isinstance(node, Collect):
        return collecting.longest(node)
    return max((len(key) for key, _ in key_table(node, escape_of(turn))), default=1)


def prompt_done(turn: Turn, node: Asking, _input: inputs.PromptDone) -> None:
    """The question is out: now the time for the answer runs, unless the caller is already at it."""
    if not turn.run.keys and turn.run.deadline is None:
        turn.wake_in_seconds(node.first_digit_s)


# -- keys -----------------------------------------------------------------------------------------------------------


def take_keys(turn: Turn, node: Asking, pressed: inputs.Digits) -> Exit | None:
    """Keys were pressed; they end recognition and, if it may be interrupted, the prompt."""
    if turn.run.playing is not None and not node.interruptible:
        return None
    turn.stop_playing()
    turn.stop_listening()
    for at, key in enumerate(pressed.keys):
        found = _take_key(turn, node, key)
        if found is not None or not turn.run.keys:
            return _pass_on(turn, found, pressed.keys[at + 1 :])
    if pressed.ended:
        return _entry_over(turn, node)
    turn.wake_in_seconds(node.inter_digit_s)
    return None


def _pass_on(turn: Turn, found: Exit | None, rest: str) -> Exit | None:
    """What was pressed beyond the answer is for the next question; after an error it is dropped."""
    if found is not None and rest:
        turn.change(typed=Keys(rest))
    return found


def _take_key(turn: Turn, node: Asking, key: str) -> Exit | None:
    if isinstance(node, Collect):
        return _take_entry_key(turn, node, key)
    keys = turn.run.keys.pressed + key
    turn.change(keys=Keys(keys))
    table = list(key_table(node, escape_of(turn)))
    if any(known.startswith(keys) and known != keys for known, _ in table):
        return None
    meaning = next((meaning for known, meaning in table if known == keys), None)
    return no_match(turn, node, "dtmf") if meaning is None else decide(turn, node, meaning, "dtmf")


def _take_entry_key(turn: Turn, node: Collect, key: str) -> Exit | None:
    keys = turn.run.keys.pressed + key
    escape = escape_of(turn)
    if escape is not None and keys.endswith(escape[0].entry_key):
        return decide(turn, node, grammar.ESCAPE, "dtmf")
    if keys.endswith(node.terminator):
        turn.change(keys=Keys(keys.removesuffix(node.terminator)))
        return _entry_over(turn, node)
    turn.change(keys=Keys(keys))
    if len(keys) < collecting.longest(node):
        return None
    # Many press the terminator all the same: it must not become the answer to the next question.
    turn.change(ignored_key=node.terminator, ignored_until=turn.now + from_seconds(node.inter_digit_s))
    return _entry_over(turn, node)


def _entry_over(turn: Turn, node: Asking) -> Exit | None:
    """No more keys will come: judge those that there are."""
    keys = turn.run.keys.pressed
    if not isinstance(node, Collect):
        meaning = next((meaning for known, meaning in key_table(node, escape_of(turn)) if known == keys), None)
        return no_match(turn, node, "dtmf") if meaning is None else decide(turn, node, meaning, "dtmf")
    return _take_value(turn, node, collecting.read(node, keys, _today(turn)), "dtmf", None)


def key_table(node: Asking, escape: tuple[Escape, int] | None) -> Iterator[tuple[str, str]]:
    """Each key, or run of keys, and its meaning, at a node that offers a choice."""
    match node:
        case Menu():
            own = [(choice.key, choice.name) for choice in node.choices if choice.key is not None]
        case Confirm():
            own = [(node.yes_key, YES), (node.no_key, NO)]
        case Survey():
            own = [(str(score), str(score)) for score in range(node.lowest, node.highest + 1)]
        case Collect():
            own = []
    yield from own
    if escape is not None and all(key != escape[0].key for key, _ in own):
        yield escape[0].key, grammar.ESCAPE


# -- speech ---------------------------------------------------------------------------------------------------------


def _speech_wanted(turn: Turn, node: Asking) -> bool:
    return node.input != "keys" and not turn.run.keys_only and bool(_grammar(turn, node))


def _grammar(turn: Turn, node: Asking) -> grammar.Grammar | None:
    escape = escape_of(turn)
    return grammar.of_node(node, turn.run.language, escape[0] if escape else None)


def speech_started(turn: Turn, node: Asking, _input: inputs.SpeechStarted) -> None:
    """The caller speaks: the prompt is over, and the deadline waits for what the recogniser says."""
    if turn.run.keys or (turn.run.playing is not None and not node.interruptible):
        return
    turn.stop_playing()
    turn.wake_in(LONGEST_SPEECH)


def take_speech(turn: Turn, node: Asking, spoken: inputs.Spoken) -> Exit | None:
    """The recogniser has decided; keys that came first have won."""
    open_grammar = _grammar(turn, node) if _speech_wanted(turn, node) else None
    if turn.run.keys or open_grammar is None:
        return None
    turn.stop_playing()
    heard = best_meaning(open_grammar, spoken)
    if heard is None or heard.confidence < node.reject_below:
        return _speech_not_understood(turn, node)
    if heard.confidence < node.confirm_below:
        return _ask_back(turn, node, heard)
    return _take_heard(turn, node, heard)


def best_meaning(open_grammar: grammar.Grammar, spoken: inputs.Spoken) -> Heard | None:
    """The likeliest thing said that the grammar knows."""
    said = [(spoken.text, spoken.confidence), *((other.text, other.confidence) for other in spoken.alternatives)]
    known = ((open_grammar.meaning(text), confidence) for text, confidence in said)
    return next((Heard(meaning, confidence) for meaning, confidence in known if meaning is not None), None)


def _take_heard(turn: Turn, node: Asking, heard: Heard) -> Exit | None:
    if isinstance(node, Collect) and heard.meaning != grammar.ESCAPE:
        value = collecting.read_spoken(node, heard.meaning, _today(turn))
        return _take_value(turn, node, value, "speech", heard.confidence)
    return decide(turn, node, heard.meaning, "speech", heard.confidence)


def _speech_not_understood(turn: Turn, node: Asking) -> Exit | None:
    failures = turn.run.speech_failures + 1
    turn.change(speech_failures=failures)
    return no_match(turn, node, "speech")


def speech_failed(turn: Turn, node: Asking, failure: inputs.SpeechFailed) -> None:
    """The recogniser is not there: say so and go on with keys only."""
    if turn.run.keys_only:
        return
    turn.change(keys_only=True)
    turn.emit(effects.Report(what="speech_failed", node=turn.run.node, reason=failure.reason))
    if not turn.run.keys and node.input != "keys":
        _ask(turn, node, ("keys_only", *node.prompts))


# -- asking back ----------------------------------------------------------------------------------------------------


def _ask_back(turn: Turn, node: Asking, heard: Heard) -> Exit | None:
    understood = _understood(turn, node, heard.meaning)
    read_back = turn.parts(_read_back(node, heard.meaning), {"heard": understood}) or _words(turn, node, heard.meaning)
    if not read_back or understood is None:
        return _speech_not_understood(turn, node)
    turn.change(phase=Phase.CONFIRMING, heard=heard, keys=NO_KEYS)
    _listen_for_yes(turn, node)
    turn.play_parts((*turn.parts(("did_you_say",)), *read_back, *turn.parts(("yes_or_no",))), interruptible=True)
    return None


def _words(turn: Turn, node: Asking, meaning: str) -> tuple[effects.PromptPart, ...]:
    """A choice without prompts is read back by the first of its words."""
    choices = [choice for choice in node.choices if choice.name == meaning] if isinstance(node, Menu) else []
    words = [(choice.name, grammar.first_words(choice, turn.run.language)) for choice in choices]
    return tuple(effects.PromptPart(name=name, recording=Recording(text=text)) for name, text in words if text)


def _understood(turn: Turn, node: Asking, meaning: str) -> Value:
    """What was understood, as it is read back; None when the node would refuse it anyway."""
    if isinstance(node, Collect) and meaning != grammar.ESCAPE:
        return collecting.read_spoken(node, meaning, _today(turn))
    return meaning


def _listen_for_yes(turn: Turn, node: Asking) -> None:
    first, between = from_seconds(node.first_digit_s), from_seconds(node.inter_digit_s)
    keys = effects.KeyEntry(max_digits=1, terminator="", first_digit_us=first, inter_digit_us=between)
    turn.listen(keys, _yes_or_no(turn) if not turn.run.keys_only else None, private=node.private)


def _yes_or_no(turn: Turn) -> grammar.Grammar:
    """What may be said when the caller is asked back; the words for a person too."""
    language, escape = turn.run.language, escape_of(turn)
    away = grammar.of_phrases({grammar.ESCAPE: escape[0].say}, language) if escape is not None else ()
    return grammar.Grammar(kind="yes_no", language=language, phrases=grammar.yes_or_no(language) + away)


def _read_back(node: Asking, meaning: str) -> Prompts:
    """How what was understood is said to the caller; nothing when it cannot be."""
    if meaning == grammar.ESCAPE:
        return ("an_agent",)
    match node:
        case Menu():
            return next((choice.prompts for choice in node.choices if choice.name == meaning), ())
        case Collect(kind="date"):
            return (SpokenValue(value="heard", as_="date"),)
        case Collect(kind="number"):
            return (SpokenValue(value="heard", as_="number"),)
        case Collect() | Survey():
            return (SpokenValue(value="heard", as_="digits"),)
        case Confirm():
            return (f"said_{meaning}",)


def take_keys_confirming(turn: Turn, node: Asking, pressed: inputs.Digits) -> Exit | None:
    """1 is yes, 2 is no, whatever the node's own keys are; the key to a person leads there."""
    turn.stop_playing()
    turn.stop_listening()
    key, escape = pressed.keys[:1], escape_of(turn)
    away = escape is not None and key == escape[0].key
    return _confirmed(turn, node, {"1": YES, "2": NO}.get(key, grammar.ESCAPE if away else None), "dtmf")


def take_speech_confirming(turn: Turn, node: Asking, spoken: inputs.Spoken) -> Exit | None:
    """Yes or no was said, or something else."""
    turn.stop_playing()
    heard = best_meaning(_yes_or_no(turn), spoken)
    understood = heard.meaning if heard is not None and heard.confidence >= node.reject_below else None
    return _confirmed(turn, node, understood, "speech")


def _confirmed(turn: Turn, node: Asking, answer: str | None, mode: Mode) -> Exit | None:
    heard = turn.run.heard
    assert heard is not None
    turn.change(phase=Phase.LISTENING, heard=None)
    if answer == grammar.ESCAPE:
        return _escape(turn, mode, None)
    if answer == YES:
        return _take_heard(turn, node, heard)
    return _speech_not_understood(turn, node)


# -- deciding -------------------------------------------------------------------------------------------------------


def decide(turn: Turn, node: Asking, meaning: str, mode: Mode, confidence: float | None = None) -> Exit | None:
    """The caller's choice is known: note it and go on."""
    if meaning == grammar.ESCAPE:
        return _escape(turn, mode, confidence)
    match node:
        case Menu():
            choice = next(choice for choice in node.choices if choice.name == meaning)
            return _chosen(turn, choice, mode, confidence)
        case Confirm():
            _note(turn, meaning, mode, confidence)
            return Exit(meaning, node.yes if meaning == YES else node.no)
        case Survey():
            _note(turn, meaning, mode, confidence)
            run = turn.run
            turn.record(_answer(run, node, int(meaning)))
            if node.variable is not None:
                set_variable(turn, node.variable, int(meaning))
            return Exit("next", node.next)
        case Collect():
            return no_match(turn, node, mode)


def _chosen(turn: Turn, choice: Choice, mode: Mode, confidence: float | None) -> Exit:
    _note(turn, choice.name, mode, confidence)
    turn.change(choices={**turn.run.choices, turn.run.node: choice.name})
    return Exit(choice.name, choice.next)


def _answer(run: Run, node: Survey, score: int) -> SurveyAnswered:
    return SurveyAnswered(
        contact_id=run.contact_id, question=node.question, score=score, worst=node.lowest, best=node.highest
    )


def _escape(turn: Turn, mode: Mode, confidence: float | None) -> Exit | None:
    found = escape_of(turn)
    assert found is not None
    _note(turn, "escape", mode, confidence)
    return Exit("escape", found[0].next, found[1])


def _take_value(turn: Turn, node: Collect, value: Value, mode: Mode, confidence: float | None) -> Exit | None:
    if value is None:
        return no_match(turn, node, mode)
    _note(turn, "" if node.private else ENTERED, mode, None if node.private else confidence)
    secret = node.private or turn.run.now_in().file.variables[node.variable].private
    turn.change(variables={**turn.run.variables, node.variable: Secret(value) if secret else value}, keys=NO_KEYS)
    if not secret:
        turn.emit(effects.SetVariable(node.variable, str(value)))
    return Exit("next", node.next)


def _note(turn: Turn, choice: str, mode: Mode, confidence: float | None = None) -> None:
    run = turn.run
    turn.record(
        MenuInputGiven(
            contact_id=run.contact_id, flow=run.flow, node=run.node, choice=choice, mode=mode, confidence=confidence
        )
    )


# -- nothing, or nothing that fits ----------------------------------------------------------------------------------


def tick(turn: Turn, node: Asking, _input: inputs.Tick) -> Exit | None:
    """The time for the first, or the next, key is over."""
    if turn.run.phase is Phase.CONFIRMING:
        return _confirmed(turn, node, None, "none")
    return _entry_over(turn, node) if turn.run.keys else no_input(turn, node)


def no_input(turn: Turn, node: Asking) -> Exit | None:
    """Nothing came."""
    count = turn.run.no_inputs + 1
    turn.change(no_inputs=count)
    return _error(turn, node, "no_input", "none", count)


def no_match(turn: Turn, node: Asking, mode: Mode) -> Exit | None:
    """What came fits nothing."""
    count = turn.run.no_matches + 1
    turn.change(no_matches=count)
    return _error(turn, node, "no_match", mode, count)


def _error(turn: Turn, node: Asking, what: Literal["no_input", "no_match"], mode: Mode, count: int) -> Exit | None:
    run = turn.run
    turn.record(
        MenuInputGiven(contact_id=run.contact_id, flow=run.flow, node=run.node, choice="", mode=mode, outcome=what)
    )
    turn.change(errors=run.errors + 1, keys=NO_KEYS)
    limit = too_many_errors(turn)
    if limit is not None:
        return limit
    retry: Retry | None = getattr(node, what)
    assert retry is not None, "a checked flow has both branches"
    if count > retry.retries:
        return Exit(what, retry.next)
    said = (what,) if retry.prompts is None else retry.prompts
    _ask(turn, node, (*said, *_keys_offered(turn), *node.prompts))
    return None


def _keys_offered(turn: Turn) -> Prompts:
    return ("use_keys",) if turn.run.speech_failures == SPEECH_FAILURES_BEFORE_KEYS else ()


def too_many_errors(turn: Turn) -> Exit | None:
    """The edge for callers who made too many errors in this call; the innermost flow that has one decides."""
    for depth, flow in enumerate(turn.run.flows_inside_out()):
        if flow.file.max_errors is not None:
            reached = turn.run.errors >= flow.file.max_errors.count
            return Exit("max_errors", flow.file.max_errors.next, depth) if reached else None
    return None


def escape_of(turn: Turn) -> tuple[Escape, int] | None:
    """The nearest flow's way to a person, and from how many subflows it leads out."""
    for depth, flow in enumerate(turn.run.flows_inside_out()):
        if flow.file.escape is not None:
            return flow.file.escape, depth
    return None


def _today(turn: Turn) -> dt.date:
    zone = zoneinfo.ZoneInfo(turn.run.now_in().file.time_zone)
    return dt.datetime.fromtimestamp(turn.now // SECOND, zone).date()
