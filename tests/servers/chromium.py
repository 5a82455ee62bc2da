"""The browser of the console's tests: Debian's Chromium with a Chinese font, installed or unpacked."""

import os
from pathlib import Path

from tests.servers.debian import WORK, Program, Unpacked, install, is_root, on_machine, unpack

PACKAGES = ("chromium", "fonts-noto-cjk")
_PROGRAM = "usr/lib/chromium/chromium"
_CHINESE = "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
"""Nothing of the network, no questions about the microphone, and pictures that are the same everywhere."""


def provide() -> Program:
    """How to start it; it is fetched when it is not there."""
    found = on_machine(_PROGRAM)
    if (found is None or not (Path("/") / _CHINESE).exists()) and is_root():
        install(PACKAGES)
        found = on_machine(_PROGRAM)
    if found is not None:
        return Program([found], dict(os.environ))
    unpacked = unpack("chromium", PACKAGES)
    return Program([str(unpacked.root / _PROGRAM)], _environment(unpacked))


def _environment(unpacked: Unpacked) -> dict[str, str]:
    """With the unpacked fonts beside those of the machine."""
    settings = WORK / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts</dir><dir>{unpacked.root}/usr/share/fonts</dir>"
        f"<cachedir>{WORK}/fonts-cache</cachedir></fontconfig>\n"
    )
    return {**unpacked.environment(), "FONTCONFIG_FILE": str(settings)}
