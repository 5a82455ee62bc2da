"""Times of arrival are the kernel's, however late the reader is."""

import asyncio
import socket
import time

from tests.sip_phone.arrivals import TimedSocket

HERE = "127.0.0.1"


def test_a_reader_that_comes_late_reads_the_time_of_arrival() -> None:
    async def late() -> tuple[float, list[tuple[bytes, float]]]:
        got: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()
        timed = TimedSocket(HERE, lambda data, at, _: got.put_nowait((data, at)))
        await asyncio.sleep(0.1)  # the kernel begins to stamp a moment after it is first asked
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"one", (HERE, timed.port))
            sent = time.monotonic()
            time.sleep(0.3)  # noqa: ASYNC251 - the loop is busy
            sender.sendto(b"two", (HERE, timed.port))
        both = [await asyncio.wait_for(got.get(), 5) for _ in range(2)]
        timed.close()
        assert timed.closed
        return sent, both

    sent, [(first, first_at), (second, second_at)] = asyncio.run(late())
    assert (first, second) == (b"one", b"two")
    assert abs(first_at - sent) < 0.1
    assert second_at - first_at > 0.29


def test_a_port_that_is_closed_loses_what_is_sent_and_nothing_else() -> None:
    async def refused() -> bytes:
        got: asyncio.Queue[bytes] = asyncio.Queue()
        timed = TimedSocket(HERE, lambda data, *_: got.put_nowait(data))
        other = TimedSocket(HERE, lambda data, *_: got.put_nowait(data))
        closed = other.port
        other.close()
        for _ in range(3):
            timed.send(b"lost", (HERE, closed))
            await asyncio.sleep(0.01)
        timed.send(b"mine", (HERE, timed.port))
        received = await asyncio.wait_for(got.get(), 5)
        timed.close()
        return received

    assert asyncio.run(refused()) == b"mine"
