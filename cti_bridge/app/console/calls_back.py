"""Who calls back just now who left a message: one at a time, and it counts once the customer has been reached."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from agent_console.errors import ConflictError
from facts.ids import ContactId
from facts.journal import ContactConnected, ContactEnded, Entry


class _Call(msgspec.Struct):
    """``contact_id``: None until the switch has taken the call; ``before``: what was told till then, of any."""

    by: str
    contact_id: ContactId | None = None
    reached: bool = False
    before: list[ContactConnected | ContactEnded] = []


class CallsBack:
    """Calls under way, by message. ``reached``: told of message, contact and caller when the customer answers.

    ``goes_on``: whether there still is a call of this contact, should its end never be told.
    """

    def __init__(self, reached: Callable[[str, ContactId, str], object], goes_on: Callable[[ContactId], bool]) -> None:
        self._reached = reached
        self._goes_on = goes_on
        self._calls: dict[str, _Call] = {}

    @contextmanager
    def around(self, voicemail_id: str, by: str) -> Iterator[Callable[[str], None]]:
        """While the call is begun; raises `ConflictError` when somebody calls them already."""
        other = self._calls.get(voicemail_id)
        if other is not None and (other.contact_id is None or self._goes_on(other.contact_id)):
            raise ConflictError(f"{other.by} is calling back who left this message: wait until that call is over")
        call = self._calls[voicemail_id] = _Call(by)
        try:
            yield lambda contact_id: self._dialled(voicemail_id, call, ContactId(contact_id))
        finally:
            if call.contact_id is None:
                del self._calls[voicemail_id]

    def _dialled(self, voicemail_id: str, call: _Call, contact_id: ContactId) -> None:
        call.contact_id = contact_id
        for fact in call.before:
            self._heed(voicemail_id, call, fact)
        call.before.clear()

    def read(self, entry: Entry) -> None:
        """Take in the next fact."""
        fact = entry.fact
        if not self._calls or not isinstance(fact, ContactConnected | ContactEnded):
            return
        for voicemail_id, call in list(self._calls.items()):
            if call.contact_id is None:
                call.before.append(fact)
            else:
                self._heed(voicemail_id, call, fact)

    def _heed(self, voicemail_id: str, call: _Call, fact: ContactConnected | ContactEnded) -> None:
        if call.contact_id is None or fact.contact_id != call.contact_id:
            return
        if isinstance(fact, ContactConnected):
            if call.reached:
                return  # a colleague has the talk now
            call.reached = True
            self._reached(voicemail_id, call.contact_id, call.by)
        else:
            self._calls.pop(voicemail_id, None)
