"""Nodes that only say something. Keys and speech go through them to the question that follows.

A key skips what may be interrupted and answers the next question. Speech does the same where the next thing, after this
and perhaps further sayings, is a question that may be answered by it: its grammar is listened for meanwhile.
"""

from ivr import asking, inputs
from ivr.flow import Asking, Collect, Confirm, Menu, Node, Say, Survey
from ivr.run import Keys, Phase
from ivr.turn import Exit, Turn


def enter(turn: Turn, node: Say) -> Exit | None:
    """Play; whoever speaks already, or has typed ahead, skips what may be interrupted."""
    if turn.run.hearing:
        return Exit("next", node.next, speaking=True)
    turn.change(phase=Phase.PLAYING)
    if turn.run.typed and node.interruptible:
        return Exit("next", node.next)
    if not turn.play(node.prompts, interruptible=node.interruptible):
        return Exit("next", node.next)
    question = _question_after(turn, node)
    if question is not None:
        asking.listen_ahead(turn, question)
    return None


def _question_after(turn: Turn, node: Say) -> Asking | None:
    """The question to which one may speak through what is being said; None when there is none."""
    nodes, seen = turn.run.now_in().file.nodes, set[str]()
    following: Node = node
    while isinstance(following, Say) and following.interruptible and following.next not in seen:
        seen.add(following.next)
        following = nodes[following.next]
    if not isinstance(following, Menu | Collect | Confirm | Survey):
        return None
    return following if following.interruptible and not following.private else None


def said(_turn: Turn, node: Say, _input: inputs.PromptDone) -> Exit:
    """The prompt is over."""
    return Exit("next", node.next)


def speech_started(turn: Turn, node: Say, _input: inputs.SpeechStarted) -> Exit | None:
    """The caller answers before the question: on to it, and go on listening."""
    return Exit("next", node.next, speaking=True) if turn.run.hearing else None


def keys(turn: Turn, node: Say, pressed: inputs.Digits) -> Exit | None:
    """The key to a person works at once, unless a number entry follows, to which it would belong."""
    escape = asking.escape_of(turn)
    follows = turn.run.now_in().file.nodes.get(node.next)
    is_escape = escape is not None and pressed.keys == escape[0].key and node.interruptible
    if escape is None or not is_escape or isinstance(follows, Collect) or _answers(follows, pressed.keys):
        return _typed_ahead(turn, node, pressed)
    return Exit("escape", escape[0].next, escape[1])


def _answers(node: object, pressed: str) -> bool:
    """Whether the keys are an answer of the node's own."""
    return isinstance(node, Menu | Confirm | Survey) and any(key == pressed for key, _ in asking.key_table(node, None))


def _typed_ahead(turn: Turn, node: Say, pressed: inputs.Digits) -> Exit | None:
    """The caller does not want to hear the end: go on; the keys are for the next question."""
    if not node.interruptible:
        return None
    turn.stop_playing()
    turn.change(typed=Keys(turn.run.typed.pressed + pressed.keys))
    return Exit("next", node.next)
