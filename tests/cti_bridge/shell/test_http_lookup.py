"""Look-ups over HTTP against systems that answer well, badly, too much, or never."""

import asyncio
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
