"""People at the real API: each with a session and a live channel of their own; tests need no coroutines."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from agent_console.client import Client
from agent_console.client.errors import ApiError
from agent_console.client.live import LiveView
from agent_console.documents.floor import Topic
from agent_console.documents.problems import Problem
from storage.passwords import one_time_password
from tests.e2e.daemon import Daemon

T = TypeVar("T")
ANSWERS_WITHIN_S = 10.0


class Person:
    """Somebody who is signed in."""

    def __init__(self, people: "People", client: Client, live: LiveView) -> None:
        self._people = people
        self.client = client
        self.live = live

    def do(self, act: Callable[..., Awaitable[T]], *details: Any, **more: Any) -> T:
        """One request: ``ann.do(ann.client.hold_contact, contact)``."""
        return self._people.run(act(*details, **more))

    def problem(self, act: Callable[..., Awaitable[Any]], *details: Any, **more: Any) -> Problem:
        """One request that is refused."""
        try:
            found = self.do(act, *details, **more)
        except ApiError as error:
            return error.problem
        raise AssertionError(f"it was not refused: {found}")

    def until(self, found: Callable[[LiveView], T | None]) -> T:
        """Wait for something on the live channel."""
        return self._people.run(self.live.until(found, ANSWERS_WITHIN_S))


class People:
    """All of them, on a loop of its own."""

    def __init__(self, url: str, passwords: Mapping[str, str]) -> None:
        self._url = url
        self._passwords = passwords
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="people", daemon=True)
        self._persons: list[Person] = []
        self._thread.start()

    def run(self, what: Awaitable[T]) -> T:
        """The result of a coroutine."""

        async def awaited() -> T:
            return await what

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(ANSWERS_WITHIN_S + 5)

    def sign_in(self, name: str, *topics: Topic) -> Person:
        """By name and password; the live channel is level when this returns, if it has topics."""
        client = Client(self._url)
        live = client.live(*topics)

        async def enter() -> None:
            await client.log_in(name, self._passwords[name])
            if topics:
                await live.__aenter__()

        self.run(enter())
        person = Person(self, client, live)
        self._persons.append(person)
        return person

    def close(self) -> None:
        """Everybody goes home."""

        async def leave(person: Person) -> None:
            await person.live.close()
            await person.client.close()

        try:
            for person in self._persons:
                self.run(leave(person))
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._loop.close()


def give_passwords(daemon: Daemon, *names: str) -> dict[str, str]:
    """As an administrator would, at the machine."""
    passwords = {name: one_time_password() for name in names}
    for name, password in passwords.items():
        subprocess.run(
            [
                *(sys.executable, "-m", "cti_bridge.app.main", "user", "password", name),
                *("--stdin", "--config", str(daemon.settings)),
            ],
            check=True,
            capture_output=True,
            input=f"{password}\n".encode(),
            timeout=60,
        )
    return passwords


@contextmanager
def people_of(url: str, passwords: Mapping[str, str]) -> Iterator[People]:
    """People who go home at the end."""
    people = People(url, passwords)
    try:
        yield people
    finally:
        people.close()
