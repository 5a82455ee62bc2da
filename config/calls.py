"""Settings of what agents do with calls: how long phones ring, whom they may call."""

from typing import Annotated

from pydantic import Field, StringConstraints

from config.fields import Listed, PositiveSeconds, Seconds, Section

NumberPattern = Annotated[str, StringConstraints(pattern=r"^(\+?[0-9?]{1,20}\*?|\+?\*)$")]
"""Numbers that begin alike: ``?`` is any digit, ``*`` at the end whatever follows."""


class Dialling(Section):
    """Which numbers agents may call, consult and transfer to, at phones too; as dialled and in international form."""

    allowed: Listed[NumberPattern] = ("*",)
    """Patterns of which one has to fit: 030*, +49*, ????; * alone is every number."""
    denied: Listed[NumberPattern] = ()
    """Patterns that are refused all the same."""
    premium: bool = False
    """Whether numbers that cost extra may be called."""
    emergency: bool = True
    """Whether the emergency numbers of the site's country may be called, whatever the patterns say."""


class Calls(Section):
    """What agents do with calls."""

    dialling: Dialling = Dialling()
    """Whom they may call."""
    dial_ring_s: PositiveSeconds = 30.0
    """How long a customer's phone rings for a call of the agent's own."""
    consult_ring_s: PositiveSeconds = 20.0
    """How long the phone rings of whom an agent wants to ask."""
    transfer_ring_s: PositiveSeconds = 20.0
    """How long a phone rings to which a customer is transferred; then the customer waits again."""
    park_s: Seconds = 180.0
    """A parked customer whom nobody picks up waits in the queue again after so long; 0: never."""
    phone_back_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    """A browser's phone that is lost in a talk is waited for so long, the customer hears music; 0: the talk ends."""
    monitoring_shown: bool = False
    """Whether agents see that a supervisor listens."""
