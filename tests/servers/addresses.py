"""An address of this machine that browsers offer for sound: neither Chromium nor Asterisk offers 127.0.0.1."""

import contextlib
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator

from tests.servers.debian import is_root, provide

SIOCGIFADDR = 0x8915
ADDRESS = "192.0.2.1/24"
"""Of the documentation's addresses: it leads nowhere."""


class NoAddressError(Exception):
    """There is loopback only, and no right to add another address."""


@contextlib.contextmanager
def beside_loopback() -> Iterator[None]:
    """While it lasts the machine has an address that is not loopback: its own, or one at a pair of virtual cards."""
    if any(not address.startswith("127.") for address in _addresses()):
        yield
        return
    if not is_root():
        raise NoAddressError(
            "this machine has no IPv4 address but loopback, and browsers offer no loopback address for sound; give it "
            "one, or let root run the tests, who makes a pair of virtual cards"
        )
    near, far = f"cb{os.getpid() % 100_000}a", f"cb{os.getpid() % 100_000}b"
    ip = provide("ip", ("iproute2",))

    def call(*words: str) -> None:
        subprocess.run([*ip.command, *words], env=ip.environment, check=True, capture_output=True)

    call("link", "add", near, "type", "veth", "peer", "name", far)
    try:
        call("address", "add", ADDRESS, "dev", near)
        for card in (near, far):
            call("link", "set", card, "up")
        yield
    finally:
        call("link", "delete", near)


def _addresses() -> Iterator[str]:
    """The IPv4 address of every network card that has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # this one has none
                found = fcntl.ioctl(line, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(found[20:24])
