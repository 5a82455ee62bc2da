"""What is refused as a resource does not come by the live channel, and what is told there may be read there too."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, get_args

import pytest
from websockets.asyncio.client import ClientConnection, connect

from agent_console.documents.floor import Topic
from agent_console.http.access import SCOPES_OF
from tests.agent_console.live.test_channel import headers_of, read, snapshots, talk
from tests.agent_console.site import SETTINGS, Browser, Site, opened

RESOURCES: Final[Mapping[str, str]] = {
    "desk": "/desk",
    "agents": "/agents",
    "queues": "/queues",
    "waiting": "/queues/sales/waiting",
    "parked": "/parked",
    "contacts": "/totals",  # what agents are at work on, as all else that only supervisors watch
    "alarms": "/alarms",
    "totals": "/totals",
    "entry_points": "/entry-points",
    "settings": "/reasons",
    "customers": "/customers",
    "recordings": "/recordings",
    "voicemails": "/voicemails",
    "audit": "/audit",
}
USERS: Final = {"agent": "anna", "supervisor": "nora", "administrator": "root"}
SCOPES: Final = sorted(SCOPES_OF["administrator"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    desks = {"root": "zoe", "nora": "arne"}
    users = {
        name: {**user, **({"agent": desks[name]} if name in desks else {})} for name, user in SETTINGS["users"].items()
    }
    with opened(tmp_path_factory.mktemp("site"), {"users": users}) as found:
        yield found


def differing(browser: Browser) -> dict[str, tuple[str, str]]:
    """The topics that are answered otherwise than their resources, with both answers."""
    both = {}
    for topic in get_args(Topic):
        answer = browser.get(RESOURCES[topic])
        resource = "told" if answer.status_code == 200 else answer.json()["error_id"]
        both[topic] = (resource, asked(browser, topic))
    return {topic: (resource, live) for topic, (resource, live) in both.items() if resource != live}


def asked(browser: Browser, topic: str) -> str:
    """Subscribe to one topic, and say whether it is told."""

    async def ask() -> str:
        url = f"ws://127.0.0.1:{browser.site.port}/api/v1/live"
        async with connect(url, additional_headers=headers_of(browser)) as socket:
            await socket.send(json.dumps({"subscribe": [topic]}))
            while True:
                frame = await read(socket)
                if "error" in frame:
                    assert frame["topic"] == topic
                    return str(frame["error"]["error_id"])
                if "reading" in frame and frame["topics"] == [topic]:
                    return "told"

    return browser.site.run(asyncio.wait_for(ask(), 30))


@pytest.mark.parametrize("role", sorted(USERS))
def test_each_role_reads_live_what_it_reads_as_a_resource(site: Site, role: str) -> None:
    assert differing(site.signed_in(USERS[role])) == {}


@pytest.mark.parametrize("role", sorted(USERS))
@pytest.mark.parametrize("scope", SCOPES)
def test_each_token_reads_live_what_it_reads_as_a_resource(site: Site, role: str, scope: str) -> None:
    assert differing(site.token(USERS[role], scope)) == {}


def test_a_token_for_the_desk_reads_the_desk_and_nothing_else(site: Site) -> None:
    told = [topic for topic in get_args(Topic) if asked(site.token("anna", "desk"), topic) == "told"]
    assert told == ["desk"]


@pytest.mark.parametrize(
    ("user", "streams"),
    [
        ("anna", {"parked/team/north"}),
        ("nora", {"parked/team/north"}),
        ("eve", {"parked/agent/zoe"}),
        ("root", {"parked"}),
    ],
)
def test_the_parked_are_read_by_team_and_by_who_has_none_as_their_own(
    tmp_path: Path, user: str, streams: set[str]
) -> None:
    with opened(tmp_path, {"users": {**SETTINGS["users"], "eve": {"agent": "zoe"}}}) as site:

        async def script(socket: ClientConnection) -> None:
            assert set(await snapshots(socket, "parked")) == streams

        talk(site.signed_in(user), script)
