"""Asterisk 22 for the tests, on any Debian: unpacked from the packages of a later suite."""

import subprocess
from pathlib import Path

from tests.servers.debian import PackagesError, Unpacked, unpack

MAJOR = "22"
SUITES = ("forky", "sid")
PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-wav")


def asterisk() -> Unpacked:
    """The folder of a complete Asterisk, made on first use (about 15 s, 300 MB)."""
    unpacked = unpack(f"asterisk-{MAJOR}", PACKAGES, suites=SUITES)
    _link_sounds(unpacked.root)
    return unpacked


def version(unpacked: Unpacked) -> str:
    """What the Asterisk in the folder calls itself."""
    done = subprocess.run(
        [*unpacked.command("asterisk"), "-V"], check=False, capture_output=True, text=True, timeout=30
    )
    if done.returncode != 0 or not done.stdout.startswith(f"Asterisk {MAJOR}."):
        raise PackagesError(f"the Asterisk in {unpacked.root} is not {MAJOR}: {done.stdout} {done.stderr}")
    return done.stdout.strip()


def _link_sounds(root: Path) -> None:
    """`en` is a link that the package's install script would have made."""
    sounds = root / "usr/share/asterisk/sounds"
    link = sounds / "en"
    if link.is_symlink() or link.is_dir():
        return
    voices = sorted(path.name for path in sounds.glob("en_*") if path.is_dir())
    if not voices:
        raise PackagesError(f"{sounds} holds no English voice")
    try:
        link.symlink_to(voices[0])
    except FileExistsError:
        return
