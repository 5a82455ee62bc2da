"""Phones at a test's Asterisk: agents that register, callers and the world beyond the carrier."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.asterisk.instance import Asterisk
from tests.sip_phone import Answer, Behaviour, Call, Phone

AGENT_HZ = 500.0
CALLER_HZ = 700.0
WORLD_HZ = 900.0
"""Agents, callers and called customers are told apart by the tone that each sends (see `voice`)."""


class Phones:
    """Makes phones and closes them all at the end."""

    def __init__(self, asterisk: Asterisk) -> None:
        self.asterisk = asterisk
        self._made: list[Phone] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def agent(
        self, number: str, behaviour: Behaviour | None = None, *, register: bool = True, voice: float | None = AGENT_HZ
    ) -> Phone:
        """An agent's phone; answers at once unless `behaviour` says otherwise."""
        phone = self._keep(
            lambda server: Phone(
                server,
                self.asterisk.phone_host,
                user=number,
                password=self.asterisk.passwords[number],
                voice=voice,
            )
        )
        phone.behaviour = behaviour or Answer()
        if register:
            phone.register()
        return phone

    def caller(self, number: str = "5551230001", *, name: str = "", voice: float | None = CALLER_HZ) -> Phone:
        """Somebody who calls in through the carrier."""
        return self._keep(lambda server: Phone(server, self.asterisk.trunk_host, user=number, name=name, voice=voice))

    def world(self, behaviour: Behaviour | None = None, *, voice: float | None = WORLD_HZ) -> Phone:
        """Whoever is called through the carrier. One at a time."""
        asterisk = self.asterisk
        phone = self._keep(
            lambda server: Phone(server, asterisk.trunk_host, port=asterisk.trunk_port, user="world", voice=voice)
        )
        phone.behaviour = behaviour or Answer()
        return phone

    def call(self, dialled: str, *, number: str = "5551230001", name: str = "") -> Call:
        """A call from outside to an entry point, by a caller of its own."""
        return self.caller(number, name=name).call(dialled)

    def close(self) -> None:
        """End all calls and take all phones away; complains about what went wrong inside them."""
        for phone in self._made:
            phone.close()
        faults = [fault for phone in self._made for fault in phone.faults]
        self._made = []
        if faults:
            raise AssertionError(f"phones had faults: {faults}")

    def _keep(self, make: Callable[[tuple[str, int]], Phone]) -> Phone:
        phone = make((self.asterisk.host, self.asterisk.sip_port))
        self._made.append(phone)
        return phone
