"""Look-ups over HTTP against systems that answer well, badly, too much, or never."""

import asyncio
import contextlib
import gzip
import json

import httpx2
import pytest
import structlog

from cti_bridge.shell.http_lookup import HttpLookups
from facts.time import MILLISECOND, SECOND
from ivr import effects


def lookup(method="GET", url="http://crm.example/c?v=2", timeout_us=2 * SECOND, **send):
    return effects.Lookup(
        lookup_id=7, node="who", source="http", url=url, method=method, send=send, timeout_us=timeout_us, max_bytes=1000
    )


def ask(answer, effect):
    """The outcome, and the requests that were made."""
    made = []

    async def handle(request):
        made.append(request)
        return await answer(request) if asyncio.iscoroutinefunction(answer) else answer

    loop = asyncio.new_event_loop()
    try:
        done = loop.run_until_complete(HttpLookups(httpx2.MockTransport(handle)).ask(effect))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
    assert done.lookup_id == 7
    return done, made


def test_an_answer_is_found():
    done, _ = ask(httpx2.Response(200, json={"tier": "gold"}), lookup())
    assert (done.outcome, done.answer) == ("found", {"tier": "gold"})


def test_what_is_sent_joins_the_address_or_is_a_json_object():
    _, (got,) = ask(httpx2.Response(200, json={}), lookup(account="12 34&x"))
    assert dict(got.url.params) == {"v": "2", "account": "12 34&x"}
    _, (posted,) = ask(httpx2.Response(200, json={}), lookup("POST", pin="7391"))
    assert json.loads(posted.content) == {"pin": "7391"}
    assert "7391" not in str(posted.url)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx2.Response(404), "not_found"),
        (httpx2.Response(500), "failed"),
        (httpx2.Response(302, headers={"Location": "http://other.example/"}), "failed"),
        (httpx2.Response(200, content=b"<html>"), "failed"),
        (httpx2.Response(200, content=b"[1]"), "failed"),
        (httpx2.Response(200, content=b"[" * 900), "failed"),
        (httpx2.Response(200, content=b'{"a": "' + b"x" * 1000 + b'"}'), "failed"),
        (httpx2.Response(200, content=b"\xff\xfe"), "failed"),
    ],
    ids=["404", "500", "redirect", "HTML", "a list", "deep", "too long", "no text"],
)
def test_an_answer_that_is_none(answer, outcome):
    done, made = ask(answer, lookup())
    assert (done.outcome, done.answer) == (outcome, {})
    assert len(made) == 1


class Server:
    """A real one on a port of its own, which answers every request with the same bytes; counts what it could send."""

    def __init__(self, head, body=b"", times=1):
        self._head, self._body, self._times = head, body, times
        self.sent = 0
        self.asked = 0
        self._serving = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/c"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await asyncio.gather(*self._serving)

    async def _serve(self, reader, writer):
        self.asked += 1
        self._serving.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        if self._times == 0:
            await reader.read()  # says nothing until the other side gives up
        writer.write(b"HTTP/1.1 " + self._head + b"\r\nContent-Type: application/json\r\n\r\n")
        try:
            for _ in range(self._times):
                writer.write(self._body)
                await writer.drain()
                self.sent += len(self._body)
        except ConnectionError:
            pass
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ask_at(url, timeout_us):
    lookups = HttpLookups()
    began = asyncio.get_running_loop().time()
    try:
        done = await lookups.ask(lookup(url=url, timeout_us=timeout_us))
    finally:
        await lookups._close()
    return done, asyncio.get_running_loop().time() - began


def ask_server(server, *, timeout_us=5 * SECOND):
    async def run():
        async with server:
            return await ask_at(server.url, timeout_us)

    return asyncio.run(run())


def test_ten_megabytes_are_not_taken():
    server = Server(b"200 OK", b'{"a": "' + b"x" * 100_000, times=100)
    done, took_s = ask_server(server)
    assert (done.outcome, done.answer) == ("failed", {})
    assert server.sent < 10_000_000
    assert took_s < 2


def test_a_packed_answer_which_was_not_asked_for_is_not_unpacked():
    bomb = gzip.compress(b"[" + b"0" * 20_000_000 + b"]")
    done, _ = ask_server(Server(b"200 OK\r\nContent-Encoding: gzip", bomb))
    assert done.outcome == "failed"


def test_a_redirect_is_not_followed():
    async def run():
        async with Server(b"200 OK", b"{}") as other:
            async with Server(b"302 Found\r\nLocation: " + other.url.encode()) as server:
                done, _ = await ask_at(server.url, SECOND)
            return done.outcome, server.asked, other.asked

    assert asyncio.run(run()) == ("failed", 1, 0)


def test_a_server_that_takes_the_request_and_says_nothing():
    done, took_s = ask_server(Server(b"", times=0), timeout_us=100 * MILLISECOND)
    assert done.outcome == "timed_out"
    assert took_s < 1


def test_an_address_that_is_none():
    for url in ("http://[::1/", "ftp://crm.example/", "nonsense"):
        done, made = ask(httpx2.Response(200, json={}), lookup(url=url))
        assert done.outcome == "failed" or made


def test_nobody_is_there():
    async def refuse(request):
        raise httpx2.ConnectError("no")

    assert ask(refuse, lookup())[0].outcome == "failed"


def test_an_answer_that_does_not_come():
    async def hang(request):
        await asyncio.sleep(30)

    assert ask(hang, lookup(timeout_us=50 * MILLISECOND))[0].outcome == "timed_out"


def test_an_answer_that_drips():
    class Drip(httpx2.AsyncByteStream):
        async def __aiter__(self):
            while True:
                yield b" "
                await asyncio.sleep(0.01)

    assert ask(httpx2.Response(200, stream=Drip()), lookup(timeout_us=100 * MILLISECOND))[0].outcome == "timed_out"


def test_no_secret_is_logged():
    with structlog.testing.capture_logs() as logged:
        ask(httpx2.Response(500), lookup(pin="7391"))
    assert logged
    assert "7391" not in repr(logged)
