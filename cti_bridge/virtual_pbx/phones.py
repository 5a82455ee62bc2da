"""Agents' phones: what they do when they ring, by habit or by a person's hand."""

import random
from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.channels import CALL_REJECTED, RINGING, UP, USER_BUSY, Channel
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.settings import AgentHabits
from facts.time import MILLISECOND
from simulation.distributions.durations import sampler

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.endpoints import Endpoint
    from cti_bridge.virtual_pbx.switch import Switch

SIP_BUSY_HERE, SIP_DECLINE = 486, 603
_BETWEEN_KEYS_US = 300 * MILLISECOND
_BY_ITSELF_US = 100 * MILLISECOND


class Phone:
    """One agent's phone. ``manual``: a person works it; else it answers by ``habits``. ``busy``: it refuses calls."""

    def __init__(self, switch: "Switch", endpoint: "Endpoint", *, seed: int, habits: AgentHabits | None = None) -> None:
        self._switch = switch
        self._lots = random.Random(f"{seed}/phone/{endpoint.name}")  # noqa: S311 - habits, no secrets
        self.endpoint = endpoint
        self.manual = habits is None
        self.take_habits(habits or AgentHabits())
        self.channel: Channel | None = None
        self.busy = False
        self.holding = False
        endpoint.pick_up = lambda _number: self

    @property
    def number(self) -> str:
        """The phone's number."""
        return self.endpoint.name

    @property
    def is_ringing(self) -> bool:
        """Whether somebody calls it."""
        return self.channel is not None and self.channel.state == RINGING

    @property
    def is_talking(self) -> bool:
        """Whether it is off the hook."""
        return self.channel is not None and self.channel.state == UP

    def take_habits(self, habits: AgentHabits) -> None:
        """From now on it answers so, unless it is worked by hand."""
        self.habits = habits
        self._answer_after = sampler(habits.answer, self._lots.random)

    # -- what a person does ------------------------------------------------------------------------------------------

    def answer(self) -> bool:
        """Take the call that rings; False when none does."""
        if self.channel is None or not self.is_ringing:
            return False
        self._switch.set_state(self.channel, UP)
        return True

    def hang_up(self) -> bool:
        """End the call, or refuse the one that rings; False when there is none."""
        if self.channel is None:
            return False
        if self.is_ringing:
            self._refuse(self.channel, CALL_REJECTED, SIP_DECLINE)
        else:
            self._switch.far_end_hangs_up(self.channel)
        return True

    def hold(self, *, held: bool = True) -> bool:
        """Put the other side on hold, or (``held=False``) take it back; False when that cannot be."""
        if self.channel is None or self.channel.bridge is None or self.holding == held:
            return False
        self.holding = held
        self._switch.hold(self.channel, held=held)
        return True

    def transfer(self, number: str) -> bool:
        """Pass on whom it talks to, without asking (REFER); False when there is nobody."""
        if self.channel is None or self.channel.bridge is None:
            return False
        self._switch.refer(self.channel, Location("acd-transfer", number))
        return True

    def press(self, keys: str) -> bool:
        """Press keys during a call; False when there is none."""
        if self.channel is None:
            return False
        press_keys(self._switch, self.channel, keys)
        return True

    def dial(self, number: str) -> bool:
        """Pick up and dial; False when the phone is in use or not registered."""
        if self.channel is not None or not self.endpoint.reachable:
            return False
        caller = self.endpoint.caller
        self.channel = self._switch.call_in(self.endpoint, dialled=number, caller=caller, far_end=self)
        return True

    def register(self, *, registered: bool = True) -> None:
        """The phone is plugged in, or gone."""
        self._switch.set_reachable(self.endpoint, reachable=registered)

    # -- what it notices ---------------------------------------------------------------------------------------------

    def ringing(self, channel: Channel) -> None:
        """Somebody calls: busy when in use; else ring, and answer by habit or by hand."""
        if channel.gone or channel.hanging_up:
            return
        if self.channel is not None or self.busy:
            self._refuse(channel, USER_BUSY, SIP_BUSY_HERE)
            return
        self.channel = channel
        if self.manual or "answer-after=0" in channel.sip_headers.get("call-info", ""):
            self._switch.set_state(channel, RINGING)
            self.asked_to_answer(channel, only_by_header=True)
            return
        lot = self._lots.random()
        busy, rejected = self.habits.busy, self.habits.busy + self.habits.rejected
        if lot < busy:
            self._refuse(channel, USER_BUSY, SIP_BUSY_HERE)
            return
        self._switch.set_state(channel, RINGING)
        delay = self._answer_after()
        if lot < rejected:
            self._switch.after(delay, lambda: self._refuse(channel, CALL_REJECTED, SIP_DECLINE))
        elif lot >= rejected + self.habits.no_answer:
            self._switch.after(delay, lambda: self._answer_by_habit(channel))

    def _answer_by_habit(self, channel: Channel) -> None:
        if self.channel is channel and not self.manual:
            self.answer()

    def _refuse(self, channel: Channel, cause: int, tech_cause: int) -> None:
        if channel.state != UP:
            self._switch.far_end_hangs_up(channel, cause, tech_cause)

    def asked_to_answer(self, channel: Channel, *, only_by_header: bool = False) -> None:
        """Answer in a moment: told so while it rings, or by the call's own headers."""
        if not only_by_header or "answer-after=0" in channel.sip_headers.get("call-info", ""):
            self._switch.after(_BY_ITSELF_US, lambda: self.answer() if self.channel is channel else None)

    def prompted(self, channel: Channel) -> None:
        """Feature codes ask nothing that an agent's habits would answer."""

    def music(self, channel: Channel) -> None:
        """Nothing to do."""

    def talking(self, channel: Channel) -> None:
        """The customer is there."""
        del channel
        self.holding = False

    def alone(self, channel: Channel) -> None:
        """The daemon ends the leg."""

    def ended(self, channel: Channel) -> None:
        """Back on the hook."""
        if self.channel is channel:
            self.channel = None
            self.holding = False


def press_keys(switch: "Switch", channel: Channel, keys: str) -> None:
    """Press keys one after the other on a channel's far end."""

    def press(index: int) -> None:
        if index < len(keys) and not channel.gone and not channel.hanging_up:
            switch.press(channel, keys[index])
            switch.after(_BETWEEN_KEYS_US, lambda: press(index + 1))

    press(0)
