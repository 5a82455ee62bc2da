"""Messages of supervisors to their teams: on the desks for a shift; after a restart those of the audit log are back."""

from collections.abc import Callable, Sequence
from typing import Final

from agent_console.documents.desk import MessageDoc
from facts.time import HOUR, Instant
from storage.audit import Audited, AuditLog
from storage.passwords import new_id

KEPT: Final = 8 * HOUR
MOST: Final = 50
"""Of one team."""

READ_BACK: Final = 1000
"""Of all teams, after a start."""

RESOURCE: Final = "team"
SAID: Final = "message"
"""As the audit log calls it."""


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

    def restore(self, earlier: Sequence[MessageDoc]) -> None:
        """Those of before the start, the earliest first; more may have been said since."""
        for team in {message.team or "": None for message in earlier}:
            before = [message for message in earlier if message.team == team]
            self._of[team] = [*before, *self.of(team)][-MOST:]
            self.told(team)


def said_before(log: AuditLog, start: Instant) -> list[MessageDoc]:
    """The latest messages of the audit log, as far as they count at the start; waits for the database."""
    found = (one for one in log.changes(resource=RESOURCE, most=READ_BACK) if one.change.action == SAID)
    return [_message(one) for one in found if start - KEPT < one.change.at < start][::-1]


def _message(one: Audited) -> MessageDoc:
    change, kept = one.change, one.change.after
    text = kept.get("text") if isinstance(kept, dict) else None
    return MessageDoc(
        message_id=f"audit-{one.number}", at=change.at, sender=change.actor, team=change.key, text=str(text or "")
    )
