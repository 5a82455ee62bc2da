"""Keys against speech: who answers. A table; pure.

The rule: **the first key ends recognition, and wins over everything that is not decided yet.** Speech wins only when
its decision is there before the key. So a key pressed while somebody speaks, or while what they said is being decided,
is the answer, and the decision that comes later is dropped; a key pressed after the decision belongs to the next
question.
"""

import enum
from collections.abc import Mapping


class Ear(enum.Enum):
    """What the ear is doing."""

    SHUT = "speech is not wanted"
    OPEN = "waits for speech"
    HEARING = "somebody speaks"
    DECIDING = "the speech is over and is being decided"
    KEYED = "a key was pressed: the rest is silence"


class Event(enum.Enum):
    """What happens to it."""

    LISTEN = "speech is wanted from now on"
    STOP = "speech is not wanted any more"
    KEY = "a key was pressed"
    SPEECH_STARTED = "somebody began to speak"
    SPEECH_ENDED = "the speech is over"
    DECIDED = "the recogniser has decided"
    FAILED = "the recogniser failed"


class Verdict(enum.Enum):
    """What follows for the speech that was being heard."""

    NOTHING = "nothing"
    BEGIN = "begin an utterance"
    FINISH = "let the recogniser decide"
    CANCEL = "drop the utterance"
    TELL = "the decision counts"
    DROP = "the decision came too late"


_N, _B, _F, _C, _T, _D = (
    Verdict.NOTHING,
    Verdict.BEGIN,
    Verdict.FINISH,
    Verdict.CANCEL,
    Verdict.TELL,
    Verdict.DROP,
)

TABLE: Mapping[Ear, Mapping[Event, tuple[Ear, Verdict]]] = {
    Ear.SHUT: {
        Event.LISTEN: (Ear.OPEN, _N),
        Event.STOP: (Ear.SHUT, _N),
        Event.KEY: (Ear.SHUT, _N),
        Event.SPEECH_STARTED: (Ear.SHUT, _N),
        Event.SPEECH_ENDED: (Ear.SHUT, _N),
        Event.DECIDED: (Ear.SHUT, _D),
        Event.FAILED: (Ear.SHUT, _D),
    },
    Ear.OPEN: {
        Event.LISTEN: (Ear.OPEN, _N),
        Event.STOP: (Ear.SHUT, _N),
        Event.KEY: (Ear.KEYED, _N),
        Event.SPEECH_STARTED: (Ear.HEARING, _B),
        Event.SPEECH_ENDED: (Ear.OPEN, _N),
        Event.DECIDED: (Ear.OPEN, _D),
        Event.FAILED: (Ear.SHUT, _T),
    },
    Ear.HEARING: {
        Event.LISTEN: (Ear.OPEN, _C),
        Event.STOP: (Ear.SHUT, _C),
        Event.KEY: (Ear.KEYED, _C),
        Event.SPEECH_STARTED: (Ear.HEARING, _N),
        Event.SPEECH_ENDED: (Ear.DECIDING, _F),
        Event.DECIDED: (Ear.HEARING, _D),
        Event.FAILED: (Ear.SHUT, _T),
    },
    Ear.DECIDING: {
        Event.LISTEN: (Ear.OPEN, _C),
        Event.STOP: (Ear.SHUT, _C),
        Event.KEY: (Ear.KEYED, _C),
        Event.SPEECH_STARTED: (Ear.DECIDING, _N),
        Event.SPEECH_ENDED: (Ear.DECIDING, _N),
        Event.DECIDED: (Ear.SHUT, _T),
        Event.FAILED: (Ear.SHUT, _T),
    },
    Ear.KEYED: {
        Event.LISTEN: (Ear.OPEN, _N),
        Event.STOP: (Ear.SHUT, _N),
        Event.KEY: (Ear.KEYED, _N),
        Event.SPEECH_STARTED: (Ear.KEYED, _N),
        Event.SPEECH_ENDED: (Ear.KEYED, _N),
        Event.DECIDED: (Ear.KEYED, _D),
        Event.FAILED: (Ear.KEYED, _D),
    },
}
"""For each state and event: the next state, and what follows."""


def arbitrate(ear: Ear, event: Event) -> tuple[Ear, Verdict]:
    """The next state of the ear, and what follows for the speech."""
    return TABLE[ear][event]
