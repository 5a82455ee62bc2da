"""One AMI session as the switch serves it: log-in, rights, filters, and the answer to every action. No I/O."""

import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from cti_bridge.virtual_pbx.channels import Header
from cti_bridge.wire.ami import AmiMessage, encode_event, encode_greeting, encode_response
from facts.time import SECOND, Duration, Instant

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.settings import AmiAccount
    from cti_bridge.virtual_pbx.switch import Switch, SwitchEvent

AMI_VERSION = "11.0.0"
_FAILED_LOGIN_US = SECOND
_LOGIN_WITHIN_US = 30 * SECOND
_CLASSES = frozenset(
    {
        "system",
        "call",
        "log",
        "verbose",
        "agent",
        "user",
        "config",
        "dtmf",
        "reporting",
        "cdr",
        "dialplan",
        "security",
        "originate",
        "agi",
        "cc",
        "aoc",
        "test",
        "message",
        "command",
    }
)


class AmiSession:
    """What one client may see and do. ``send`` and ``close`` reach the client."""

    def __init__(
        self,
        switch: "Switch",
        accounts: Iterable["AmiAccount"],
        *,
        send: Callable[[bytes], None],
        close: Callable[[], None],
    ) -> None:
        self.switch = switch
        self._accounts = {account.username: account for account in accounts}
        self._send = send
        self._close = close
        self.account: AmiAccount | None = None
        self.challenge = ""
        self.mask: frozenset[str] = frozenset()
        self._waiting: deque[AmiMessage] = deque()
        self._busy = False
        switch.listeners.append(self.hear)
        switch.after(_LOGIN_WITHIN_US, self._expire)
        send(encode_greeting(AMI_VERSION))

    def end(self) -> None:
        """The client is gone."""
        if self.hear in self.switch.listeners:
            self.switch.listeners.remove(self.hear)

    # -- events ------------------------------------------------------------------------------------------------------

    def hear(self, event: "SwitchEvent") -> None:
        """Pass an event on, if the account may read it and the client wants it."""
        account = self.account
        if account is None or event.name in account.excluded or not self.wants(event.right):
            return
        self._send(encoded_event(event, self.switch.settings.system_name))

    def wants(self, right: str) -> bool:
        """Whether events of this class come through."""
        return self.account is not None and allowed(self.account.read, right) and allowed(self.mask, right)

    # -- actions -----------------------------------------------------------------------------------------------------

    def receive(self, message: AmiMessage) -> None:
        """An action; one after the other, also when one of them takes time."""
        if message.kind != "action" and not message.get("Action"):
            self.answer(message, "Error", [("Message", "Missing action in request")])
            return
        self._waiting.append(message)
        self._work()

    def _work(self) -> None:
        from cti_bridge.virtual_pbx.ami_actions import obey  # noqa: PLC0415 - that module imports this one

        while self._waiting and not self._busy:
            obey(self, self._waiting.popleft())

    def pause(self, duration: Duration, then: Callable[[], None]) -> None:
        """The present action takes so long; those after it wait, as on Asterisk."""

        def resume() -> None:
            then()
            self._busy = False
            self._work()

        self._busy = True
        self.switch.after(duration, resume)

    def answer(self, message: AmiMessage, word: str, headers: Iterable[Header]) -> None:
        """The response to an action, with its ActionID."""
        self._send(encode_response(word, [*_action_id(message), *_lines(headers)]))

    def tell(self, message: AmiMessage, name: str, headers: Iterable[Header]) -> None:
        """One event of a list, for this client only."""
        self._send(encode_event(name, [*_action_id(message), *_lines(headers)]))

    def close(self) -> None:
        """Hang up on the client."""
        self.end()
        self._close()

    # -- log-in ------------------------------------------------------------------------------------------------------

    def log_in(self, message: AmiMessage) -> None:
        """Check who it is; a wrong secret is answered a second later, and the connection closed."""
        if self.account is not None:
            self.answer(message, "Success", [("Message", "Already authenticated")])
            return
        account = self._accounts.get(message.get("Username") or "")
        if account is None or not self._is_right(account, message):
            self.pause(_FAILED_LOGIN_US, lambda: self._refuse(message))
            return
        self.account = account
        mask = message.get("Events")
        self.mask = event_classes(mask) if mask else _CLASSES
        self.answer(message, "Success", [("Message", "Authentication accepted")])
        if self.wants("system"):
            up = str((self.switch.now - self.switch.started) // SECOND)
            booted = [("Uptime", up), ("LastReload", up), ("Status", "Fully Booted")]
            self._send(encode_event("FullyBooted", [("Privilege", "system,all"), *booted]))

    def _is_right(self, account: "AmiAccount", message: AmiMessage) -> bool:
        if (message.get("AuthType") or "").lower() == "md5":
            # The protocol knows no better digest than MD5 over the challenge.
            digest = hashlib.md5((self.challenge + account.secret).encode(), usedforsecurity=False).hexdigest()
            return bool(self.challenge) and hmac.compare_digest(digest, message.get("Key") or "")
        given = (message.get("Secret") or "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(account.secret.encode(), given)

    def _expire(self) -> None:
        """Who has not logged in by now is cut off, as ``authtimeout`` does on Asterisk."""
        if self.account is None:
            self.close()

    def _refuse(self, message: AmiMessage) -> None:
        self.answer(message, "Error", [("Message", "Authentication failed")])
        self.close()


def allowed(rights: frozenset[str], right: str) -> bool:
    """Whether a set of classes, or ``all``, holds this one."""
    return right in rights or "all" in rights


def event_classes(mask: str) -> frozenset[str]:
    """The classes that an EventMask names: ``on``, ``off``, or a list."""
    words = {word.strip().lower() for word in mask.split(",")}
    if words & {"on", "yes", "true", "1", "all"}:
        return _CLASSES
    return frozenset(words & _CLASSES)


def stamp(at: Instant) -> str:
    """Seconds and microseconds of 1970, as ``timestampevents`` writes them."""
    return f"{at // SECOND}.{at % SECOND:06}"


def encoded_event(event: "SwitchEvent", system_name: str) -> bytes:
    """An event as it goes over the wire."""
    first: list[Header] = [("Privilege", f"{event.right},all"), ("Timestamp", stamp(event.at))]
    if system_name:
        first.append(("SystemName", system_name))
    return encode_event(event.name, [*first, *_lines(event.headers)])


def _lines(headers: Iterable[Header]) -> list[Header]:
    """Values on one line each, whatever a caller put into them."""
    return [(name, _one_line(value)) for name, value in headers]


def _one_line(value: Any) -> str:
    text = str(value)
    return text if text.isprintable() else text.replace("\r", " ").replace("\n", " ").replace("\0", " ")


def _action_id(message: AmiMessage) -> list[Header]:
    action_id = message.get("ActionID")
    return [] if action_id is None else [("ActionID", action_id)]
