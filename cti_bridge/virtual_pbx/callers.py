"""Virtual callers: they press keys after thinking, wait as long as their patience lasts, talk, and hang up."""

import random
from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.channels import RINGING, UP, USER_BUSY, Channel, Party
from cti_bridge.virtual_pbx.phones import SIP_BUSY_HERE, Phone, press_keys
from cti_bridge.virtual_pbx.scheduler import Timer
from cti_bridge.virtual_pbx.settings import CallerHabits, CustomerHabits
from facts.time import SECOND, Duration
from simulation.distributions.durations import Law, sampler

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.switch import Switch

WAITING_PLACE = "acd-wait"
_SILENT_US = 8 * SECOND
_LOOK_AGAIN_US = 10 * SECOND


class Caller:
    """Somebody who called. ``habits`` None: a person's hand does everything (``press``, ``hang_up``)."""

    def __init__(self, switch: "Switch", *, name: str, habits: CallerHabits | None, keys: str = "") -> None:
        self._switch = switch
        self._lots = random.Random(name)  # noqa: S311 - habits, no secrets
        self._habits = habits
        self._keys = keys
        self._giving_up: Timer | None = None
        self._pressing = False
        self._silent_until = 0
        self._talk_ends: int | None = None
        self.channel: Channel | None = None

    def call(self, number: str, caller: Party) -> None:
        """Dial in."""
        trunk = self._switch.endpoints["trunk"]
        self.channel = self._switch.call_in(trunk, dialled=number, caller=caller, far_end=self)
        if self._habits is not None:
            self._give_up_after(self._habits.menu_patience)

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        if self.channel is not None:
            press_keys(self._switch, self.channel, keys)

    def hang_up(self) -> None:
        """End the call."""
        if self.channel is not None:
            self._switch.far_end_hangs_up(self.channel)

    def _draw(self, law: Law) -> Duration:
        return sampler(law, self._lots.random)()

    def _give_up_after(self, patience: Law | None) -> None:
        self._stay()
        if patience is not None:
            self._giving_up = self._switch.after(self._draw(patience), self.hang_up)

    def _stay(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    # -- what is noticed ---------------------------------------------------------------------------------------------

    def ringing(self, channel: Channel) -> None:
        """Nobody calls a caller."""

    def prompted(self, channel: Channel) -> None:
        """The menu asks: think, then press; or let the question pass."""
        if self._habits is None or self._pressing or not self._keys or self._switch.now < self._silent_until:
            return
        if self._lots.random() < self._habits.no_input:
            self._silent_until = self._switch.now + _SILENT_US
            return
        self._pressing = True
        self._switch.after(self._draw(self._habits.thinking), lambda: self._press_choice(channel))

    def _press_choice(self, channel: Channel) -> None:
        self._pressing = False
        if not channel.gone and channel.bridge is None and not channel.music:
            press_keys(self._switch, channel, self._keys)

    def music(self, channel: Channel) -> None:
        """In the queue patience runs; on hold it does not."""
        self._stay()
        if self._habits is not None and channel.location.context == WAITING_PLACE:
            self._give_up_after(self._habits.patience)

    def talking(self, channel: Channel) -> None:
        """At last: the talk takes as long as it takes, holding included."""
        self._stay()
        if self._habits is not None and self._talk_ends is None:
            length = self._draw(self._habits.talk)
            self._talk_ends = self._switch.now + length
            mine = self._lots.random() < self._habits.hangs_up_first
            self._switch.after(length, lambda: self._end_talk(channel, mine=mine))

    def _end_talk(self, channel: Channel, *, mine: bool) -> None:
        if channel.gone:
            return
        if channel.bridge is None:
            self._switch.after(_LOOK_AGAIN_US, lambda: self._end_talk(channel, mine=mine))
            return
        others = [other.far_end for other in channel.bridge.channels if other is not channel]
        phones = [other for other in others if isinstance(other, Phone) and not other.manual]
        if mine or not phones:
            self.hang_up()
        else:
            phones[0].hang_up()

    def asked_to_answer(self, channel: Channel) -> None:
        """A caller's phone is nobody's to command."""

    def alone(self, channel: Channel) -> None:
        """Everybody else has gone: wait a moment, then hang up."""
        del channel
        if self._habits is not None:
            self._stay()
            delay = round(self._habits.after_agent_left_s * SECOND)
            self._giving_up = self._switch.after(delay, self.hang_up)

    def ended(self, channel: Channel) -> None:
        """The line is dead."""
        del channel
        self._stay()
        self.channel = None


class Customer(Caller):
    """Somebody whom the centre calls: answers after a while, or not, or is busy; then talks as a caller does."""

    def __init__(
        self, switch: "Switch", *, name: str, habits: CallerHabits | None, answers: CustomerHabits, keys: str = ""
    ) -> None:
        super().__init__(switch, name=name, habits=habits, keys=keys)
        self._answers = answers

    def ringing(self, channel: Channel) -> None:
        """Decide what to do with the call."""
        if channel.gone or channel.hanging_up:
            return
        self.channel = channel
        lot = self._lots.random()
        if lot < self._answers.busy:
            self._switch.far_end_hangs_up(channel, USER_BUSY, SIP_BUSY_HERE)
            return
        self._switch.set_state(channel, RINGING)
        if lot >= self._answers.busy + self._answers.no_answer:
            self._switch.after(self._draw(self._answers.answer), lambda: self._answer(channel))

    def _answer(self, channel: Channel) -> None:
        if not channel.gone and not channel.hanging_up:
            self._switch.set_state(channel, UP)
