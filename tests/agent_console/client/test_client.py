"""The client over real sockets: who it is, what it gives, and how its live view outlives what goes wrong."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from agent_console.client import ApiError, Client, LiveView, NoAnswerError, SignedOutError, live
from agent_console.documents.administration import SettingChange, SettingsChange
from agent_console.documents.customers import CustomerWish, NewCustomer
from agent_console.documents.desk import NotReady
from agent_console.documents.session import NewToken
from agent_console.documents.supervision import Said
from agent_console.live import channel
from tests.agent_console.site import PASSWORD, Site
from tests.servers.ports import free_port

SOON_S = 5.0


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FIRST_WAIT_S", 0.01)


def run(site: Site, script: Callable[[Client], Awaitable[None]], user: str = "nora") -> None:
    """Let somebody who is signed in run a script."""

    async def whole() -> None:
        site.give_password(user)
        async with Client(site.base) as client:
            await client.log_in(user, PASSWORD)
            await script(client)

    site.run(asyncio.wait_for(whole(), 20))


# -- requests --------------------------------------------------------------------------------------------------------


def test_a_session_asks_and_changes_things_until_it_is_signed_out_of(site: Site) -> None:
    async def script(client: Client) -> None:
        assert (await client.get_session()).user == "anna"
        assert (await client.desk_sign_in()).declared == "NOT_READY"
        assert (await client.desk_not_ready(NotReady(reason="training"))).reason == "training"
        await client.sign_out()
        with pytest.raises(ApiError) as refused:
            await client.get_desk()
        assert (refused.value.status, refused.value.error_id) == (401, "not_signed_in")

    run(site, script, "anna")


def test_a_token_needs_no_session(site: Site) -> None:
    async def script(client: Client) -> None:
        made = await client.make_token(NewToken(name="wallboard", scopes=["read"]))
        async with Client(site.base, token=made.secret) as program:
            assert (await program.get_session()).scopes == ["read"]
            assert [row.agent async for row in program.every(program.list_agents, limit=1)] == ["anna", "arne"]
            with pytest.raises(ApiError, match="rights_needed"):
                await program.say_to_team("north", Said(text="hello"))
            async with program.live("queues") as view:
                assert set(view.queues) == {"sales", "front"}

    run(site, script)


def test_a_refused_field_is_told_with_its_rule_and_the_way_out(site: Site) -> None:
    async def script(client: Client) -> None:
        with pytest.raises(ApiError) as refused:
            await client.desk_not_ready(NotReady(reason="holiday"))
        assert refused.value.error_id == "invalid"
        assert "body.reason" in str(refused.value)
        assert "choose one of these" in str(refused.value)

    run(site, script, "anna")


def test_versions_keep_two_people_from_overwriting_each_other(site: Site) -> None:
    async def script(client: Client) -> None:
        made = await client.add_customer(NewCustomer(name="Chen Wei", numbers=["+8675512345678"]))
        wish = CustomerWish(name="Chen Wei", tier="gold")
        changed = await client.put_customer(made.customer_id, wish, match=made.etag)
        assert changed.etag != made.etag
        with pytest.raises(ApiError) as refused:
            await client.put_customer(made.customer_id, wish, match=made.etag)
        assert (refused.value.error_id, refused.value.problem.etag) == ("edited_meanwhile", changed.etag)
        found = [one.name async for one in client.every(client.list_customers, q="chen", limit=1)]
        assert found == ["Chen Wei"]

    run(site, script)


def test_settings_are_changed_and_changed_back(site: Site) -> None:
    async def script(client: Client) -> None:
        made = await client.put_setting("reasons", "lunch", {"title": "Lunch"})
        assert made.document == {"title": "Lunch"}
        with pytest.raises(ApiError, match="edited_meanwhile"):
            await client.put_setting("reasons", "lunch", {"title": "Late lunch"})
        change = SettingChange(section="reasons", name="lunch", document={"title": "Tea"}, match=made.etag)
        line = await client.change_settings(SettingsChange(changes=[change]))
        await client.undo_revision(line.number)
        assert (await client.get_setting("reasons", "lunch")).document == {"title": "Lunch"}
        assert "lunch" in await client.export_settings()
        imported = await client.import_settings("dispositions:\n  solved: {title: Solved, resolved: true}\n")
        assert imported.changed > 0
        await client.delete_setting("reasons", "lunch", match="*")

    run(site, script, "root")


def test_nobody_there_and_somebody_else_there_are_told_apart_from_refusals(site: Site) -> None:
    async def script() -> None:
        async with Client(f"http://127.0.0.1:{free_port()}") as client:
            with pytest.raises(NoAnswerError, match="does not answer"):
                await client.healthz()
        async with Client(f"{site.base}/somewhere") as client:
            with pytest.raises((NoAnswerError, ApiError)):
                await client.get_session()

    site.run(script())


# -- live ------------------------------------------------------------------------------------------------------------


def test_the_live_view_is_whole_from_the_start_and_follows(site: Site) -> None:
    async def script(client: Client) -> None:
        async with client.live("agents", "queues", "waiting", "totals", "alarms") as view:
            assert set(view.agents) == {"anna", "arne"}
            assert view.totals is not None
            changes = aiter(view)
            site.ready("anna")
            await view.until(lambda _: view.agents["anna"].declared == "READY", SOON_S)
            site.caller(1, "sales")
            site.caller(2, "sales")
            await view.until(lambda _: set(view.waiting) == {"call-1", "call-2"}, SOON_S)
            seen: dict[str, set[str]] = {}
            while "waiting/sales" not in seen:
                change = await asyncio.wait_for(anext(changes), SOON_S)
                seen.setdefault(change.stream, set()).update(change.put)
            assert "anna" in seen["agents/north"]
            with pytest.raises(TimeoutError):
                await view.until(lambda _: None, 0.01)

    run(site, script)


def test_a_desk_has_its_contacts_messages_and_state(site: Site) -> None:
    async def script(client: Client) -> None:
        await client.desk_sign_in()
        async with client.live("desk") as view:
            site.console._feed._desks._messages.say("north", "Well done", "nora")  # type: ignore[union-attr]  # open
            await client.desk_ready()
            site.caller(1, "sales")
            ringing = await view.until(lambda _: view.desk_contact("ringing"), SOON_S)
            assert (ringing.contact_id, ringing.queue_title) == ("call-1", "Sales")
            assert view.desk is not None
            assert view.desk.activity == "RESERVED"
            assert [message.text for message in view.desk_messages.values()] == ["Well done"]
            assert view.desk_callbacks == {}

    run(site, script, "anna")


def test_a_missed_number_brings_a_fresh_snapshot(site: Site) -> None:
    async def script(client: Client) -> None:
        async with client.live("agents") as view:
            stream = site.console._feed.hub._streams["agents/north"]  # type: ignore[union-attr]  # open
            stream.number += 1  # as if a frame had been lost
            site.ready("anna")
            await view.until(lambda _: view.agents["anna"].declared == "READY", SOON_S)
            assert view.connections == 1

    run(site, script)


def test_a_connection_that_is_lost_is_made_again_and_nothing_is_missed(site: Site) -> None:
    async def script(client: Client) -> None:
        async with client.live("agents", "waiting") as view:
            for turn in range(3):
                await view.cut()
                site.caller(turn, "sales")
                await view.until(lambda _, turn=turn: f"call-{turn}" in view.waiting, SOON_S)  # type: ignore[misc]
            assert view.connections >= 2
            assert view.connected

    run(site, script)


def test_a_silent_connection_is_a_dead_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SILENCE_S", 0.2)
    monkeypatch.setattr(channel, "GREET_S", 3600)

    async def script(client: Client) -> None:
        async with client.live("alarms") as view:
            await view.until(lambda _: view.connections >= 2, SOON_S)

    run(site, script)


def test_the_end_of_the_session_ends_the_view(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LOOK_AGAIN_S", 0.1)

    async def script(client: Client) -> None:
        async with client.live("agents") as view:
            await client.sign_out()
            with pytest.raises(SignedOutError):
                await view.until(lambda _: None, SOON_S)

    run(site, script)


@pytest.mark.parametrize(("user", "topic"), [("anna", "totals"), ("root", "desk")])
def test_a_topic_that_one_may_not_see_is_refused_at_once(site: Site, user: str, topic: str) -> None:
    async def script(client: Client) -> None:
        with pytest.raises(ApiError):
            async with client.live(topic):  # type: ignore[arg-type]  # one of them
                pytest.fail("it was let in")

    run(site, script, user)


def test_without_signing_in_there_is_no_view(site: Site) -> None:
    async def script() -> None:
        async with Client(site.base) as client:
            with pytest.raises(SignedOutError):
                await client.live("agents").__aenter__()

    site.run(script())


def test_a_daemon_that_is_away_for_a_while_is_waited_for(site: Site) -> None:
    async def script(client: Client) -> None:
        async with client.live("agents") as view:
            server = site.console._server
            assert server is not None
            listening = server._server.servers[0]
            listening.close()
            await view.cut()
            await view.until(lambda _: not view.connected, SOON_S)
            assert set(view.agents) == {"anna", "arne"}, "as last known"
            again = await asyncio.get_running_loop().create_server(
                lambda: server._server.config.http_protocol_class(  # type: ignore[call-arg]  # uvicorn's own
                    config=server._server.config, server_state=server._server.server_state, app_state={}
                ),
                "127.0.0.1",
                site.port,
            )
            await view.until(lambda _: view.connected, SOON_S)
            again.close()

    run(site, script)


def test_a_closed_view_says_so(site: Site) -> None:
    async def script(client: Client) -> None:
        async with client.live("agents") as view:
            pass
        with pytest.raises(Exception, match="closed"):
            await view.until(lambda _: None, SOON_S)

    run(site, script)


def test_what_is_sent_is_what_the_document_says(site: Site) -> None:
    """Absent and null may mean different things: nothing is sent that was not said."""

    async def script(client: Client) -> None:
        sent: list[bytes] = []
        client._http.event_hooks["request"].append(lambda request: _kept(sent, request.content))
        await client.desk_sign_in()
        await client.desk_not_ready(NotReady(reason="break"))
        assert [json.loads(one) for one in sent if one] == [{"reason": "break"}]

    run(site, script, "anna")


async def _kept(sent: list[bytes], content: bytes) -> None:
    sent.append(content)


def test_views_are_made_of_topics_only(site: Site) -> None:
    assert isinstance(Client(site.base).live("desk"), LiveView)
