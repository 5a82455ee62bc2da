"""A caller in a menu: what they do, what they hear, and what the journal says of them alone."""

import itertools
import math
import time
from typing import Any

import numpy as np

from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.sip_phone import Call, audio

_NUMBERS = itertools.count(5551240001)


class Caller:
    """Somebody who calls 8123 with a number of their own, by which their facts are found."""

    def __init__(
        self, daemon: Daemon, phones: Phones, dialled: str = "8123", noise: audio.Samples | None = None
    ) -> None:
        self.daemon = daemon
        self.number = str(next(_NUMBERS))
        self.pressed_at = 0.0
        """When the last keys were begun, by the monotonic clock."""
        self.call: Call = phones.caller(self.number, voice=None).call(dialled)
        if noise is not None:
            self.call.stand_in(noise)
        self.call.wait_answered(10)
        self.contact_id = daemon.wait_fact(lambda fact: getattr(fact, "caller_number", "") == self.number).contact_id

    def facts(self, kind: str = "") -> list[Any]:
        """This caller's facts, of a kind."""
        return [fact for fact in self.daemon.facts(kind) if fact.contact_id == self.contact_id]

    def wait(self, kind: str, timeout: float = 30, **fields: Any) -> Any:
        """The first fact of this caller of that kind and with these fields."""

        def fits(fact: Any) -> bool:
            mine = fact.contact_id == self.contact_id and fact.kind == kind
            return mine and all(getattr(fact, name) == value for name, value in fields.items())

        return self.daemon.wait_fact(fits, timeout)

    def wait_node(self, node: str, timeout: float = 30, via: str | None = None) -> Any:
        """The caller's arrival at a node."""
        more = {} if via is None else {"via": via}
        return self.wait("MenuNodeEntered", timeout, node=node, **more)

    def path(self) -> list[str]:
        """The nodes so far."""
        return [fact.node for fact in self.facts("MenuNodeEntered")]

    def press(self, keys: str, seconds: float = 0.08) -> float:
        """Press keys in the audio stream; when the last was let go."""
        self.pressed_at = time.monotonic()
        self.call.press(keys, seconds=seconds)
        return time.monotonic() - 0.08  # the phone's gap after each key

    def say(self, samples: audio.Samples) -> float:
        """Say something; the moment at which the first sound of it was sent."""
        return self.call.say(samples).result(5)

    def last_heard(self, hertz: float) -> float:
        """When the last 20 ms of a tone arrived."""
        heard = [
            one.at for one in list(self.call.stream.heard) if _has_tone(audio.decode(one.payload, one.codec), hertz)
        ]
        return heard[-1] if heard else 0.0

    def first_heard(self, hertz: float, since: float) -> float:
        """When the first 20 ms of a tone arrived after a moment; infinity: not yet."""
        heard = (one for one in list(self.call.stream.heard) if one.at >= since)
        return next((one.at for one in heard if _has_tone(audio.decode(one.payload, one.codec), hertz)), math.inf)

    def hears_still(self, hertz: float, within: float = 0.1) -> bool:
        """Whether a tone sounds now."""
        return time.monotonic() - self.last_heard(hertz) < within

    def wait_hears(self, hertz: float, timeout: float = 10, since: float | None = None) -> None:
        """Wait until a tone sounds, or has sounded: from now on, or ``since`` a moment before."""
        begun = time.monotonic()
        deadline = begun + timeout
        after = begun - 0.1 if since is None else since
        while self.last_heard(hertz) < after:
            assert time.monotonic() < deadline, f"{hertz} Hz was not heard; {self.path()}\n{self.daemon.log()[-3000:]}"
            time.sleep(0.02)

    def wait_log(self, text: str, timeout: float = 10) -> None:
        """Wait until the daemon's log has this text."""
        deadline = time.monotonic() + timeout
        while text not in self.daemon.log():
            assert time.monotonic() < deadline, self.daemon.log()[-3000:]
            time.sleep(0.05)

    def leave(self) -> list[Any]:
        """Hang up; all facts of the caller when the call has ended."""
        self.call.hang_up()
        self.wait("ContactEnded")
        return self.facts()


def _has_tone(frame: audio.Samples, hertz: float) -> bool:
    if len(frame) < audio.FRAME or audio.level(frame) < 300:
        return False
    # the part of the power within about 50 Hz of the tone, which is all that 20 ms can tell
    n = np.arange(audio.FRAME)
    samples = frame[: audio.FRAME].astype(np.float64)
    found = 2 * abs(samples @ np.exp(-2j * np.pi * hertz * n / audio.RATE)) ** 2 / audio.FRAME
    return float(found / np.sum(samples**2)) > 0.5
