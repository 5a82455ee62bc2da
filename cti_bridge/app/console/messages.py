"""Messages of supervisors to their teams: on the desks for a shift, in no journal."""

from collections.abc import Callable
from typing import Final

from agent_console.documents.desk import MessageDoc
from facts.time import HOUR, Instant
from storage.passwords import new_id

KEPT: Final = 8 * HOUR
MOST: Final = 50
"""Of one team."""


class Messages:
    """By team; ``told``: what is to be called when a team has a new one."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._of: dict[str, list[MessageDoc]] = {}
        self.told: Callable[[str], object] = lambda _team: None

    def say(self, team: str, text: str, sender: str) -> MessageDoc:
        """A new one."""
        message = MessageDoc(message_id=new_id(), at=self._now(), sender=sender, team=team, text=text)
        self._of[team] = [*self.of(team), message][-MOST:]
        self.told(team)
        return message

    def of(self, team: str) -> list[MessageDoc]:
        """Those of a team that are not too old."""
        oldest = self._now() - KEPT
        return [message for message in self._of.get(team, ()) if message.at > oldest]
