"""The browser's phone over real sockets: who gets in, that the password stays here, and how it ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from agent_console.live import phone
from agent_console.ports import PhoneEnd
from cti_bridge.shell.call_control.absences import Absences
from tests.agent_console.live.test_channel import headers_of, refused_at
from tests.agent_console.site import SETTINGS, Browser, Site, opened
from tests.servers.ports import free_port

PASSWORD = "the-phone-s-password"
DIGEST = 'Digest username="1101", realm="asterisk", nonce="n", uri="sip:cordboard.invalid", response="0"'
REGISTER = f"REGISTER sip:cordboard.invalid SIP/2.0\r\nCSeq: 1 REGISTER\r\nAuthorization: {DIGEST}\r\n\r\n"
RIGHT = "61f64c21891d1dcb997a33338c7fee5f"
"""For this password, by the book."""

OK = "SIP/2.0 200 OK\r\n\r\n"
REGISTERED = "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContact: <sip:1101@page.invalid>\r\n\r\n"

SIP = [Subprotocol("sip")]
AT_PHONE: Any = {"path": "/api/v1/phone", "subprotocols": SIP}


class Switch:
    """What is at Asterisk's end of the WebSockets."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.lines: list[ServerConnection] = []

    async def answer(self, line: ServerConnection) -> None:
        self.lines.append(line)
        with contextlib.suppress(ConnectionClosed):
            async for message in line:
                self.heard.append(str(message))
                await line.send(REGISTERED if "REGISTER" in str(message) else OK)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[tuple[Site, Switch]]:
    """A site whose agent anna has her phone in the browser, and what its daemon finds as Asterisk."""
    (tmp_path / "phone-1101.secret").write_text(PASSWORD + "\n")
    switch = Switch()
    agents = {**SETTINGS["agents"], "anna": {**SETTINGS["agents"]["anna"], "phone": "1101", "web_phone": True}}
    with _listening(tmp_path, switch, agents) as site:
        yield site, switch


@contextlib.contextmanager
def _listening(folder: Path, switch: Switch, agents: dict[str, Any]) -> Iterator[Site]:
    port = free_port()
    web_phones = {
        "address": f"ws://127.0.0.1:{port}/ws",
        "secrets_folder": str(folder),
        "stun": ["stun:192.0.2.1:3478"],
    }
    asterisk = {"ami": {"user": "u", "secret": "s"}, "agi": {"token": "t"}, "web_phones": web_phones}
    with opened(folder, {"agents": agents, "asterisk": asterisk}) as site:
        server = site.run(_serve(switch, port))
        yield site
        site.run(_end(server))


async def _serve(switch: Switch, port: int) -> Server:
    return await serve(switch.answer, "127.0.0.1", port, subprotocols=SIP)


async def _end(server: Server) -> None:
    server.close()
    await server.wait_closed()


def address(site: Site) -> str:
    return f"ws://127.0.0.1:{site.port}/api/v1/phone"


@contextlib.asynccontextmanager
async def line_of(browser: Browser, query: str = "") -> AsyncIterator[ClientConnection]:
    at = address(browser.site) + query
    async with connect(at, additional_headers=headers_of(browser), subprotocols=SIP) as socket:
        yield socket


def talk(browser: Browser, script: Callable[[ClientConnection], Awaitable[None]]) -> None:
    async def run() -> None:
        async with line_of(browser) as socket:
            await script(socket)

    browser.site.run(asyncio.wait_for(run(), 60))


async def end_of(socket: ClientConnection) -> int | None:
    """The close code that the line ends with."""
    await asyncio.wait_for(socket.wait_closed(), 5)
    return socket.close_code


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_the_agent_s_own_session_is_told_of_the_phone_and_nobody_else(at: tuple[Site, Switch]) -> None:
    site, _ = at
    anna = site.signed_in("anna")
    told = {"uri": "sip:1101@cordboard.invalid", "path": "/api/v1/phone", "stun": ["stun:192.0.2.1:3478"]}
    assert anna.get("/session").json()["web_phone"] == told
    assert site.signed_in("bruno").get("/session").json()["web_phone"] is None
    assert site.token("anna", "desk", "read").get("/session").json()["web_phone"] is None
    everything = "".join(anna.get(path).text for path in ("/session", "/desk", "/agents"))
    assert PASSWORD not in everything


def test_who_has_no_such_phone_does_not_get_in(at: tuple[Site, Switch]) -> None:
    site, switch = at
    anna, bruno = site.signed_in("anna"), site.signed_in("bruno")
    cookie = {"Cookie": anna.cookie_header}
    assert refused_at(site, {"Origin": site.base}, **AT_PHONE) == (401, "not_signed_in")
    assert refused_at(site, headers_of(bruno), **AT_PHONE) == (403, "phone_refused")
    assert refused_at(site, cookie, **AT_PHONE) == (403, "csrf")
    assert refused_at(site, {**cookie, "Origin": "https://evil.example"}, **AT_PHONE) == (403, "csrf")
    token = {**site.token("anna", "desk").headers, "Origin": site.base}
    assert refused_at(site, token, **AT_PHONE) == (401, "not_signed_in")
    assert refused_at(site, headers_of(anna), path="/api/v1/phone") == (403, "phone_refused")
    assert switch.lines == []


def test_without_a_password_or_without_asterisk_it_says_so(at: tuple[Site, Switch], tmp_path: Path) -> None:
    site, switch = at
    anna = site.signed_in("anna")
    secret = tmp_path / "phone-1101.secret"
    for wrong in ("", "x" * 1000, "two\nlines"):
        secret.write_text(wrong)
        assert refused_at(site, headers_of(anna), **AT_PHONE) == (503, "unavailable"), wrong
    secret.unlink()
    assert refused_at(site, headers_of(anna), **AT_PHONE) == (503, "unavailable")
    assert switch.lines == []


# -- what passes -----------------------------------------------------------------------------------------------------


def test_messages_pass_and_the_digest_is_put_right_on_this_side(at: tuple[Site, Switch]) -> None:
    site, switch = at

    async def script(socket: ClientConnection) -> None:
        assert socket.subprotocol == "sip"
        await socket.send(REGISTER)
        assert await asyncio.wait_for(socket.recv(), 5) == REGISTERED

    talk(site.signed_in("anna"), script)
    (heard,) = switch.heard
    assert heard == REGISTER.replace('response="0"', f'response="{RIGHT}"')
    assert PASSWORD not in heard


def test_a_phone_that_says_it_is_another_is_cut_off(at: tuple[Site, Switch]) -> None:
    site, switch = at

    async def script(socket: ClientConnection) -> None:
        await socket.send(REGISTER.replace('username="1101"', 'username="1102"'))
        assert await end_of(socket) == phone.CLOSE_REFUSED

    talk(site.signed_in("anna"), script)
    assert switch.heard == []


@pytest.mark.parametrize("rude", ["much", "long"])
def test_more_than_a_phone_says_ends_it(at: tuple[Site, Switch], rude: str) -> None:
    site, _ = at

    async def script(socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(phone.BUDGET + 1 if rude == "much" else 1):
                await socket.send("\r\n" if rude == "much" else "x" * (phone.MOST_MESSAGE + 1))
        # the server's own limit of a frame may be the first to object
        assert await end_of(socket) in {phone.CLOSE_TOO_MUCH, 1009}

    talk(site.signed_in("anna"), script)


# -- how it ends -----------------------------------------------------------------------------------------------------


def test_the_page_is_given_a_sign_of_life(at: tuple[Site, Switch], monkeypatch: pytest.MonkeyPatch) -> None:
    site, _ = at
    monkeypatch.setattr(phone, "BEAT_S", 0.05)

    async def script(socket: ClientConnection) -> None:
        for _ in range(3):
            assert await asyncio.wait_for(socket.recv(), 5) == "\r\n"

    talk(site.signed_in("anna"), script)


def test_what_cannot_be_sent_any_more_waits_for_how_the_browser_went(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has closed a connection that answers no pings, and the next sign of life is due before it says so."""
    monkeypatch.setattr(phone, "BEAT_S", 0.001)
    closed: list[str] = []

    class Line:
        async def receive(self) -> str | None:
            await asyncio.Event().wait()
            return None

        async def send(self, text: str) -> None:
            raise AssertionError(text)

        async def close(self, why: PhoneEnd) -> None:
            closed.append(why)

    async def send(_message: Any) -> None:
        raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    async def receive() -> Any:
        await asyncio.sleep(0.05)
        return {"type": "websocket.disconnect", "code": 1006}

    with capture_logs() as said:
        asyncio.run(phone._Phone(HTTPConnection({"type": "http", "headers": []}), "anna", Line(), send).run(receive))
    assert closed == ["cut"]
    assert said == []


def test_a_second_window_takes_the_phone_over(at: tuple[Site, Switch]) -> None:
    site, switch = at
    anna = site.signed_in("anna")

    async def first(socket: ClientConnection) -> None:
        async with line_of(anna) as second:
            assert await end_of(socket) == phone.CLOSE_ELSEWHERE
            await second.send(REGISTER)
            await asyncio.wait_for(second.recv(), 5)

    talk(anna, first)
    assert len(switch.heard) == 1


def test_signing_out_ends_the_phone(at: tuple[Site, Switch], monkeypatch: pytest.MonkeyPatch) -> None:
    site, switch = at
    monkeypatch.setattr(phone, "LOOK_AGAIN_S", 0.05)
    anna = site.signed_in("anna")

    async def script(socket: ClientConnection) -> None:
        await anna._ask("DELETE", "/api/v1/session")
        assert await end_of(socket) == phone.CLOSE_SIGNED_OUT
        await asyncio.wait_for(switch.lines[0].wait_closed(), 5)

    talk(anna, script)


def test_asterisk_s_end_is_told_and_a_browser_that_goes_closes_the_line(at: tuple[Site, Switch]) -> None:
    site, switch = at
    anna = site.signed_in("anna")

    async def asterisk_goes(socket: ClientConnection) -> None:
        await socket.send(REGISTER)
        await asyncio.wait_for(socket.recv(), 5)
        await switch.lines[0].close()
        assert await end_of(socket) == phone.CLOSE_SWITCH_AWAY

    async def browser_goes(socket: ClientConnection) -> None:
        await socket.send(REGISTER)
        await asyncio.wait_for(socket.recv(), 5)
        await socket.close()
        await asyncio.wait_for(switch.lines[1].wait_closed(), 5)

    talk(anna, asterisk_goes)
    talk(anna, browser_goes)


# -- what call control is told of the page ---------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What it was told."""
    heard: list[tuple[Any, ...]] = []
    for name in ("phone_came", "phone_left", "phone_cut"):

        def tell(_: Absences, *what: Any, name: str = name, **more: Any) -> None:
            heard.append((name, *what, *more.values()))

        monkeypatch.setattr(Absences, name, tell)
    return heard


async def registered(socket: ClientConnection) -> None:
    await socket.send(REGISTER)
    assert await asyncio.wait_for(socket.recv(), 5) == REGISTERED


async def until(test: Callable[[], bool]) -> None:
    for _ in range(1500):
        if test():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited 15 s in vain")


@pytest.mark.parametrize(("code", "end"), [(1001, "phone_left"), (4001, "phone_left"), (1000, "phone_cut")])
def test_call_control_hears_how_a_page_goes(
    at: tuple[Site, Switch], told: list[tuple[Any, ...]], code: int, end: str
) -> None:
    site, _ = at
    came = ("phone_came", "anna", "PJSIP/1101", False)

    async def script(socket: ClientConnection) -> None:
        await registered(socket)
        await registered(socket)  # as every minute or two
        assert told == [came]
        await socket.close(code)
        await until(lambda: len(told) > 1)

    talk(site.signed_in("anna"), script)
    assert told == [came, (end, "anna", "PJSIP/1101")]


def test_a_page_that_keeps_its_call_over_another_connection_is_not_gone(
    at: tuple[Site, Switch], told: list[tuple[Any, ...]]
) -> None:
    site, switch = at
    anna = site.signed_in("anna")

    async def script(socket: ClientConnection) -> None:
        await registered(socket)
        async with line_of(anna, "?talks=1") as again:
            await end_of(socket)
            await registered(again)
            await until(lambda: len(told) > 1)
            await until(lambda: switch.lines[0].close_code is not None)
            assert told == [("phone_came", "anna", "PJSIP/1101", talks) for talks in (False, True)]

    talk(anna, script)


def test_a_page_that_was_never_the_phone_takes_nothing_along(
    at: tuple[Site, Switch], told: list[tuple[Any, ...]]
) -> None:
    site, switch = at

    async def script(socket: ClientConnection) -> None:
        await socket.send("OPTIONS sip:x SIP/2.0\r\n\r\n")
        assert await asyncio.wait_for(socket.recv(), 5) == OK
        await socket.close(1001)
        await until(lambda: switch.lines[0].close_code is not None)

    talk(site.signed_in("anna"), script)
    assert told == []


def test_who_is_signed_out_is_the_phone_no_more(
    at: tuple[Site, Switch], told: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = at
    monkeypatch.setattr(phone, "LOOK_AGAIN_S", 0.05)
    anna = site.signed_in("anna")

    async def script(socket: ClientConnection) -> None:
        await registered(socket)
        await anna._ask("DELETE", "/api/v1/session")
        assert await end_of(socket) == phone.CLOSE_SIGNED_OUT
        await until(lambda: len(told) > 1)

    talk(anna, script)
    assert told[1:] == [("phone_left", "anna", "PJSIP/1101")]
