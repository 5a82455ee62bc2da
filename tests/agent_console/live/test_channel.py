"""The live channel over real sockets: who gets in, what comes, and what a rude client meets."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from agent_console.live import channel
from facts.ids import QueueName
from facts.journal import AlarmCleared, AlarmRaised
from tests.agent_console.site import Browser, Site

Script = Callable[[ClientConnection], Awaitable[None]]


@pytest.fixture(autouse=True)
def no_greetings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told but what happens, and a hello at the beginning."""
    monkeypatch.setattr(channel, "GREET_S", 3600.0)


def headers_of(browser: Browser) -> dict[str, str]:
    found = dict(browser.headers)
    if browser.cookie_header:
        found |= {"Cookie": browser.cookie_header, "Origin": browser.site.base}
    return found


def talk(browser: Browser, script: Script, headers: dict[str, str] | None = None) -> None:
    """Let a client run its script on the channel."""

    async def run() -> None:
        url = f"ws://127.0.0.1:{browser.site.port}/api/v1/live"
        async with connect(url, additional_headers=headers_of(browser) if headers is None else headers) as socket:
            await script(socket)

    browser.site.run(asyncio.wait_for(run(), 60))


async def read(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return found


async def snapshots(socket: ClientConnection, *topics: str) -> dict[str, Any]:
    """Subscribe, and gather the snapshots until all streams of these topics have come."""
    await socket.send(json.dumps({"subscribe": list(topics)}))
    found: dict[str, Any] = {}
    streams: set[str] | None = None
    while streams is None or set(found) != streams:
        frame = await read(socket)
        if "snapshot" in frame:
            found[frame["snapshot"]["topic"]] = frame["snapshot"]
        elif "reading" in frame:
            streams = {stream for stream in frame["reading"] if stream.partition("/")[0] in topics}
        else:
            assert "hello" in frame, frame
    return found


# -- who gets in -----------------------------------------------------------------------------------------------------


def refused(browser: Browser, headers: dict[str, str]) -> tuple[int, str]:
    return refused_at(browser.site, headers)


def refused_at(
    site: Site,
    headers: dict[str, str],
    *,
    path: str = "/api/v1/live",
    subprotocols: Sequence[Subprotocol] | None = None,
) -> tuple[int, str]:
    """Status and error id with which a WebSocket is not opened."""

    async def run() -> None:
        url = f"ws://127.0.0.1:{site.port}{path}"
        async with connect(url, additional_headers=headers, subprotocols=subprotocols):
            pytest.fail("it was let in")

    with pytest.raises(InvalidStatus) as error:
        site.run(asyncio.wait_for(run(), 60))
    body = json.loads(error.value.response.body or b"{}")
    return error.value.response.status_code, body["error_id"]


def test_nobody_gets_in_without_signing_in(site: Site) -> None:
    assert refused(site.visitor(), {"Origin": site.base}) == (401, "not_signed_in")
    assert refused(site.visitor(), {"Authorization": "Bearer cbt_wrong"}) == (401, "not_signed_in")


def test_a_cookie_is_worth_nothing_without_the_own_origin(site: Site) -> None:
    nora = site.signed_in("nora")
    cookie = {"Cookie": nora.cookie_header}
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"{site.base}.evil.example"}):
        assert refused(nora, {**cookie, **origin}) == (403, "csrf"), origin


def test_a_one_time_password_opens_no_channel(site: Site) -> None:
    site.give_password("nora", "one-time-password", one_time=True)
    nora = site.visitor()
    nora.sign_in("nora", "one-time-password")
    assert refused(nora, headers_of(nora)) == (401, "not_signed_in")


# -- what comes ------------------------------------------------------------------------------------------------------


def test_it_begins_with_a_hello_and_snapshots_of_what_one_may_see(site: Site) -> None:
    site.caller(1, "sales")
    site.caller(2, "support")

    async def script(socket: ClientConnection) -> None:
        assert (await read(socket))["hello"]["user"] == "nora"
        found = await snapshots(socket, "agents", "queues", "waiting", "totals", "alarms")
        assert set(found) == {
            "agents/north", "queues/sales", "queues/front", "waiting/sales", "waiting/front",
            "totals/teams:north", "alarms/queue/sales", "alarms/queue/front", "alarms/centre",
        }  # fmt: skip
        assert set(found["agents/north"]["items"]) == {"anna", "arne"}
        assert found["queues/sales"]["items"]["sales"]["waiting"] == 1
        assert set(found["waiting/sales"]["items"]) == {"call-1"}
        assert found["totals/teams:north"]["items"]["today"]["waiting"] == 1, "of the queues that are seen"

    talk(site.signed_in("nora"), script)


def test_changes_come_as_numbered_deltas_with_what_changed_only(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        found = await snapshots(socket, "agents")
        number = found["agents/north"]["n"]
        site.ready("anna")
        site.ready("bruno")
        states = []
        for turn in range(1, 3):
            delta = (await read(socket))["delta"]
            assert (delta["topic"], delta["n"], delta["gone"]) == ("agents/north", number + turn, [])
            assert set(delta["set"]) == {"anna"}
            states.append(delta["set"]["anna"]["declared"])
            if states[-1] == "READY":
                return
        pytest.fail(f"anna never became ready: {states}")

    talk(site.signed_in("nora"), script)


def test_no_row_of_an_agent_names_a_queue_that_not_every_reader_of_the_team_sees(site: Site) -> None:
    root = site.signed_in("root")
    first = {"without_queues": ["support", "front"], "extra_queues": []}
    assert root.put("/agents/anna/queues", first).status_code == 200
    assert root.put("/agents/zoe/queues", first).status_code == 200

    async def script(socket: ClientConnection) -> None:
        found = await snapshots(socket, "agents")
        assert found["agents/north"]["items"]["anna"]["without_queues"] == ["front"]
        if "agents/" in found:
            assert found["agents/"]["items"]["zoe"]["without_queues"] == ["support", "front"], "administrators' alone"
        put_in = await root._ask("PUT", "/api/v1/agents/anna/queues", json={**first, "extra_queues": ["sales"]})
        assert put_in.status_code == 200, put_in.text
        while True:
            frame = await read(socket)
            row = frame.get("delta", {}).get("set", {}).get("anna", {"extra_queues": []})
            if row["extra_queues"] == ["sales"]:
                assert row["without_queues"] == ["front"]
                put_back = await root._ask("PUT", "/api/v1/agents/anna/queues", json=first)
                assert put_back.status_code == 200, put_back.text
                return

    for browser in (
        site.signed_in("nora"),
        site.signed_in("anna"),
        root,
    ):  # a new password of root's ends root's session
        talk(browser, script)


def test_a_queue_that_is_given_to_another_team_is_at_once_named_in_rows_no_more(site: Site) -> None:
    assert site.console._feed is not None
    site.console._feed._tick.stop()  # it is not the look that comes now and then
    root = site.signed_in("root")
    out = {"without_queues": ["sales", "front"], "extra_queues": []}
    assert root.put("/agents/anna/queues", out).status_code == 200
    url = "/api/v1/settings/queues/front"

    async def script(socket: ClientConnection) -> None:
        found = await snapshots(socket, "agents")
        assert found["agents/north"]["items"]["anna"]["without_queues"] == ["sales", "front"]
        for teams, shown in ((["south"], ["sales"]), (["north"], ["sales", "front"])):
            wish = {"title": "Front desk", "teams": teams}
            assert (await root._ask("PUT", url, json=wish, headers={"If-Match": "*"})).status_code == 200
            row: dict[str, Any] = {}
            while row.get("without_queues") != shown:
                row = (await read(socket)).get("delta", {}).get("set", {}).get("anna", {})

    talk(site.signed_in("nora"), script)


def test_what_is_hidden_is_looked_up_once_as_long_as_the_settings_are_the_same(site: Site) -> None:
    assert site.console._feed is not None
    rows = site.console._feed._rows
    found = rows.hidden_from("north")
    assert found == {"support"}
    assert rows.hidden_from("north") is found
    assert rows.hidden_from("south") == {"sales"}
    assert rows.hidden_from("") == frozenset(), "administrators alone read of those"
    wish = {"title": "Support", "teams": ["south", "north"]}
    answer = site.signed_in("root").put("/settings/queues/support", wish, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert rows.hidden_from("north") == frozenset()
    assert rows.hidden_from("south") == {"sales"}


def test_a_desk_is_told_of_its_own_state_and_messages(site: Site) -> None:
    nora = site.signed_in("nora")
    message: list[Any] = []

    async def script(socket: ClientConnection) -> None:
        await read(socket)
        found = await snapshots(socket, "desk")
        assert found["desk/anna"]["items"]["state"]["declared"] == "LOGGED_OUT"
        site.daemon.desk.sign_in("anna")
        assert (await read(socket))["delta"]["set"]["state"]["declared"] == "NOT_READY"
        answer = await nora._ask("POST", "/api/v1/teams/north/messages", json={"text": "Well done"})
        message.append(answer.json())
        delta = (await read(socket))["delta"]
        assert delta["set"] == {f"message:{message[0]['message_id']}": message[0]}

    talk(site.signed_in("anna"), script)


def test_a_resync_brings_a_snapshot_with_the_present_number(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await snapshots(socket, "agents")
        site.daemon.desk.sign_in("anna")
        number = (await read(socket))["delta"]["n"]
        await socket.send(json.dumps({"resync": ["agents/north"]}))
        snapshot = (await read(socket))["snapshot"]
        assert snapshot["n"] == number
        assert snapshot["items"]["anna"]["declared"] == "NOT_READY"

    talk(site.signed_in("nora"), script)


def test_after_unsubscribing_nothing_comes_and_the_end_is_told(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await snapshots(socket, "agents")
        await socket.send(json.dumps({"unsubscribe": ["agents"]}))
        assert await read(socket) == {"ended": "agents/north"}
        site.ready("anna")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.5)

    talk(site.signed_in("nora"), script)


def test_what_one_may_not_see_is_refused_and_the_channel_goes_on(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await socket.send(json.dumps({"subscribe": ["totals", "agents"]}))
        refused = await read(socket)
        assert (refused["error"]["error_id"], refused["topic"]) == ("rights_needed", "totals")
        assert await read(socket) == {"reading": ["agents/north"], "topics": ["agents"]}, "the others are taken"
        assert (await read(socket))["snapshot"]["topic"] == "agents/north"
        await socket.send(json.dumps({"resync": ["agents/south"]}))
        error = (await read(socket))["error"]
        assert (error["error_id"], error["errors"][0]["field"]) == ("invalid", "resync")
        assert set(await snapshots(socket, "desk")) == {"desk/anna"}

    talk(site.signed_in("anna"), script)


def in_the_settings(site: Site, user: str, entry: dict[str, Any]) -> Coroutine[Any, Any, Any]:
    """An administrator changes a user's entry."""
    root = site.signed_in("root")
    return root._ask("PUT", f"/api/v1/settings/users/{user}", json=entry, headers={"If-Match": "*"})


def test_who_is_demoted_loses_what_the_new_role_may_not_see_and_keeps_the_rest(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "LOOK_AGAIN_S", 0.5)
    change = in_the_settings(site, "nora", {"title": "Nora", "agent": "arne", "teams": ["north"]})

    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await snapshots(socket, "agents", "waiting", "totals")
        assert (await change).status_code == 200
        ended: set[str] = set()
        refused: dict[str, str] = {}
        while len(refused) < 2:
            frame = await read(socket)
            ended |= {frame["ended"]} if "ended" in frame else set()
            refused |= {frame["topic"]: frame["error"]["error_id"]} if "error" in frame else {}
        assert ended == {"waiting/sales", "waiting/front", "totals/teams:north"}
        assert refused == {"waiting": "rights_needed", "totals": "rights_needed"}
        site.ready("anna")
        while "delta" not in (frame := await read(socket)):
            assert "hello" in frame, frame
        assert frame["delta"]["topic"] == "agents/north", "what they may see still goes on"
        assert set(await snapshots(socket, "desk")) == {"desk/arne"}

    talk(site.signed_in("nora"), script)


def test_where_there_is_nothing_to_tell_that_is_told(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await socket.send(json.dumps({"subscribe": ["agents", "totals"]}))
        assert await read(socket) == {"reading": ["totals/teams:"], "topics": ["agents", "totals"]}

    site.run(in_the_settings(site, "nora", {"title": "Nora", "role": "supervisor"}))
    talk(site.signed_in("nora"), script)


def alarm(queue: str | None) -> AlarmRaised:
    return AlarmRaised(
        alarm="longest_wait", queue=None if queue is None else QueueName(queue), value=9.0, threshold=5.0
    )


def test_an_alarm_is_told_to_who_sees_its_queue_and_to_nobody_else(site: Site) -> None:
    for queue in ("sales", "support"):
        site.coordinator.record(alarm(queue))

    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await socket.send(json.dumps({"subscribe": ["alarms"]}))
        streams = (await read(socket))["reading"]
        assert streams == ["alarms/centre", "alarms/queue/front", "alarms/queue/sales"]
        found = [one for _ in streams for one in (await read(socket))["snapshot"]["items"].values()]
        assert [one["queue"] for one in found] == ["sales"]
        for queue in ("support", None, "front"):
            site.coordinator.record(alarm(queue))
        site.coordinator.record(AlarmCleared(alarm="longest_wait", queue=QueueName("support")))
        told: list[str | None] = []
        while len(told) < 2:
            told += [one["queue"] for one in (await read(socket))["delta"]["set"].values()]
        assert told == [None, "front"]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.4)

    talk(site.signed_in("nora"), script)
    nora, sam = site.signed_in("nora"), site.signed_in("sam")
    listed = [{one["queue"] for one in who.get("/alarms").json()["items"]} for who in (nora, sam)]
    assert listed == [{"sales", "front", None}, {"support", "front", None}]


def test_administrators_are_told_every_alarm_in_one_stream(site: Site) -> None:
    site.coordinator.record(alarm("support"))

    async def script(socket: ClientConnection) -> None:
        await read(socket)
        found = await snapshots(socket, "alarms")
        assert [one["queue"] for one in found["alarms"]["items"].values()] == ["support"]
        site.coordinator.record(AlarmCleared(alarm="longest_wait", queue=QueueName("support")))
        (told,) = (await read(socket))["delta"]["set"].values()
        assert (told["queue"], told["cleared_at"] is None) == ("support", False)

    talk(site.signed_in("root"), script)


def test_the_emergency_switch_and_changes_of_the_settings_are_told_to_everybody(site: Site) -> None:
    root = site.signed_in("root")

    async def script(socket: ClientConnection) -> None:
        await read(socket)
        found = await snapshots(socket, "entry_points", "settings")
        assert found["entry_points"]["items"]["8000"]["emergency"] is False
        before = found["settings"]["items"]["present"]["revision"]
        entry = {"title": "Main", "flow": "demo", "queue": "front", "emergency": "demo"}
        await root._ask("PUT", "/api/v1/settings/entry_points/8000", json=entry, headers={"If-Match": "*"})
        told: dict[str, Any] = {}
        while len(told) < 2:
            frame = await read(socket)
            told |= {frame["delta"]["topic"]: frame["delta"]["set"]} if "delta" in frame else {}
        assert told["settings"]["present"]["revision"] > before
        assert told["entry_points"]["8000"]["emergency_flow"] == "demo"
        await root._ask("POST", "/api/v1/entry-points/8000/emergency")
        delta = (await read(socket))["delta"]["set"]["8000"]
        assert (delta["emergency"], delta["emergency_by"]) == (True, "root")

    talk(site.signed_in("anna"), script)


# -- rude clients ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    ["", "{", "[]", "null", "42", '{"subscribe": "agents"}', '{"subscribe": ["secrets"]}', '{"explode": true}',
     '{"resync": [1]}', '{"subscribe": ' + json.dumps(["agents"] * 50) + "}", b"\xff\xfe\x00"],
)  # fmt: skip
def test_a_malformed_frame_is_refused_with_its_field_and_the_channel_goes_on(site: Site, frame: str | bytes) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await socket.send(frame)
        error = (await read(socket))["error"]
        assert error["error_id"] == "invalid"
        assert error["errors"][0]["rule"]
        assert error["errors"][0]["field"]
        assert set(await snapshots(socket, "agents")) == {"agents/north"}

    talk(site.signed_in("nora"), script)


async def closed(socket: ClientConnection) -> int:
    """Read until the server closes; its code."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in socket:
            pass
    assert socket.close_code is not None
    return socket.close_code


def test_an_oversized_frame_closes_the_connection(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await socket.send(json.dumps({"resync": ["x" * channel.MOST_FRAME]}))
        assert await closed(socket) == 1009

    talk(site.signed_in("nora"), script)


def test_whoever_sends_without_end_is_cut_off(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        wish = json.dumps({"resync": ["x" * 150] * 50})
        try:
            for _ in range(3 * channel.BUDGET_BYTES // len(wish)):
                await socket.send(wish)
        except ConnectionClosed:
            pass
        assert await closed(socket) == channel.CLOSE_TOO_MUCH

    talk(site.signed_in("nora"), script)


def test_who_signs_out_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LOOK_AGAIN_S", 0.1)
    nora = site.signed_in("nora")
    other = site.visitor()
    other.cookies, other.csrf = nora.cookies, nora.csrf

    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await other._ask("DELETE", "/api/v1/session")
        assert await closed(socket) == channel.CLOSE_SIGNED_OUT

    talk(nora, script)


def test_a_client_that_does_not_read_gets_a_snapshot_in_place_of_its_backlog(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await snapshots(socket, "desk")
        transport = socket.transport
        transport.pause_reading()
        hub = site.console._feed.hub  # type: ignore[union-attr]  # the site is open
        (reader,) = hub._streams["desk/anna"].readers
        desk = site.console._feed._desk_of("anna")  # type: ignore[union-attr]  # likewise
        assert desk is not None
        state = desk["state"]
        for turn in range(60_000):
            hub.tell("desk/anna", {"state": state.model_copy(update={"reason": f"{turn} " + "x" * 200})})
            if turn % 50 == 0:
                await asyncio.sleep(0)
            if reader.lost:
                break
        assert reader.lost == 1
        for turn in range(500):
            hub.tell("desk/anna", {"state": state.model_copy(update={"reason": f"and {turn}"})})
        assert reader._frames == []
        latest = hub._streams["desk/anna"].number
        transport.resume_reading()
        number = None
        while number != latest:
            frame = await read(socket)
            if "snapshot" in frame:
                number = frame["snapshot"]["n"]
            else:
                assert number is None or frame["delta"]["n"] == number + 1, "a gap without a snapshot"
                number = frame["delta"]["n"]

    talk(site.signed_in("anna"), script)
