"""Callers who are brought to the agent whose phone is the browser."""

import time
from typing import Any, NamedTuple

from facts.time import SECOND
from tests.asterisk.phones import CALLER_HZ, Phones
from tests.e2e.office import Desks
from tests.e2e.web_phone import WEB_HZ, WebDaemon, WebPhone
from tests.sip_phone import Call


class Away(NamedTuple):
    """A page that was loaded anew, in seconds: how long the caller heard music, which hold is told, and how long it
    took from the command until the caller heard the agent again."""

    music_s: float
    told_s: float
    whole_s: float

    @property
    def is_told(self) -> bool:
        """Whether the hold that is told is what the caller heard, to 0.1 s."""
        return self.music_s - 0.1 <= self.told_s <= self.whole_s + 0.1 < 4


class Talk:
    """A caller who is brought to ann."""

    def __init__(self, daemon: WebDaemon, phone: WebPhone, phones: Phones, desks: Desks) -> None:
        self.daemon, self.phone, self.desks = daemon, phone, desks
        self.seen = len(daemon.entries())
        self.desks.do("ann", "", "ready")
        self.caller: Call = phones.call("8123")
        self.caller.wait_answered()
        time.sleep(0.7)
        self.caller.press("1")
        phone.wait_word("ringing")
        self.queued = self.daemon.wait_fact(lambda fact: fact.kind == "ContactQueued", skip=self.seen)
        self.contact = self.queued.contact_id

    def do(self, act: str) -> None:
        self.desks.do("ann", self.contact, act)

    def answer(self) -> None:
        """As the desk's button does."""
        self.do("answer")
        self.phone.wait_word("talking", "noAudio", "silentMicrophone")

    def heard_both_ways(self) -> None:
        self.caller.wait_hears(WEB_HZ)
        self.phone.wait_hears(CALLER_HZ)

    def facts(self) -> list[Any]:
        """Of this contact, once it has ended."""
        self.daemon.wait_fact(lambda fact: fact.kind == "ContactEnded", skip=self.seen)
        return [entry.fact for entry in self.daemon.entries() if entry.fact.contact_id == self.contact]

    def holds_s(self) -> list[float]:
        """How long each of the agent's holds of this contact was, by the facts, in seconds."""
        at: dict[str, list[int]] = {}

        def all_over() -> bool:
            mine = [entry for entry in self.daemon.entries() if entry.fact.contact_id == self.contact]
            for kind in ("ContactHeld", "ContactRetrieved"):
                at[kind] = [entry.switch_at or entry.at for entry in mine if entry.fact.kind == kind]
            return len(at["ContactHeld"]) == len(at["ContactRetrieved"])

        self.phone.until(all_over, 10, "the end of the last hold is written")
        return [(end - begin) / SECOND for begin, end in zip(at["ContactHeld"], at["ContactRetrieved"], strict=True)]

    def end(self) -> float:
        self.caller.hang_up()
        self.phone.wait_word("ready")
        return time.monotonic()
