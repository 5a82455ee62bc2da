"""A private Asterisk with Cordboard's own configuration, on loopback addresses of its own.

Every instance takes one net 127.A.B.0/24, so that any number of them run side by side on their
usual ports:

    .1  Asterisk: SIP 5060, AMI 5038, HTTP 8088; and the daemon's FastAGI (4573) and AudioSocket (4580)
    .2  the carrier: calls from here are the trunk's; calls to the carrier go to .2:5080
    .3  the agents' phones, each on a port of its own; they register with a password
"""

import ctypes
import json
import math
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import wave
from collections.abc import Mapping
from pathlib import Path

from deploy.asterisk import render
from tests.asterisk.ami import AmiClient
from tests.asterisk.install import asterisk
from tests.servers.debian import WORK

MUSIC_HZ = 330.0
"""The one tone that a waiting or held caller hears instead of music."""

PHONES = [str(number) for number in range(1001, 1034)]
WEB_PHONES = [str(number) for number in range(1101, 1106)]
OBSERVER = """
[observer]
secret = {secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.0/255.0.0.0
read = all
write = all
"""
"""An AMI user of the tests that sees all there is and may do all."""


class Asterisk:
    """One instance; `start` and `stop` may be called again and again, the addresses stay."""

    ami_user = "cordboard"
    ami_port = 5038
    sip_port = 5060
    http_port = 8088
    agi_port = 4573
    audiosocket_port = 4580
    trunk_port = 5080

    def __init__(self, folder: Path, parameters: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.net = _free_net()
        self.host = f"{self.net}.1"
        self.trunk_host = f"{self.net}.2"
        self.phone_host = f"{self.net}.3"
        self.ami_secret = render.new_secret()
        self.observer_secret = render.new_secret()
        self.agi_token = render.new_secret()
        self.passwords = {number: f"{number}-{render.new_secret()}" for number in PHONES + WEB_PHONES}
        self._parameters = dict(parameters or {})
        self._unpacked = asterisk()
        self._process: subprocess.Popen[bytes] | None = None
        # the control socket's path has to stay under 108 characters, wherever the checkout is
        self._run = Path(tempfile.mkdtemp(prefix="cordboard-ast-"))
        self._write()

    # ---- life

    def start(self, timeout: float = 30) -> None:
        """Start, and return when every module is loaded and SIP and AMI answer."""
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._unpacked.command("asterisk"), "-f", "-n", "-C", str(self.folder / "etc/asterisk.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._unpacked.environment(),
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # an Asterisk must not outlive a killed test run
            )
        deadline = time.monotonic() + timeout
        while not self._booted():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"Asterisk did not start, see {self.folder}:\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it as an administrator would; calls are cut."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def remove(self, *, keep_logs: bool) -> None:
        """Stop, and remove the folder unless its logs are still wanted."""
        self.stop()
        shutil.rmtree(self._run, ignore_errors=True)
        if not keep_logs:
            shutil.rmtree(self.folder, ignore_errors=True)

    def stand_still(self, for_s: float) -> None:
        """Do nothing at all for a while, as a machine that is out of memory."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            time.sleep(for_s)
        finally:
            os.kill(self.pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        """Of the running process."""
        if self._process is None:
            raise AssertionError("Asterisk is not running")
        return self._process.pid

    # ---- use

    def cli(self, command: str) -> str:
        """What the Asterisk prompt answers to `command`."""
        done = subprocess.run(
            [*self._unpacked.command("asterisk"), "-C", str(self.folder / "etc/asterisk.conf"), "-r", "-x", command],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=15,
        )
        if done.returncode != 0:
            raise AssertionError(f"Asterisk prompt, {command!r}: {done.stdout}{done.stderr}")
        return done.stdout

    def ami(self) -> AmiClient:
        """A connection as the daemon's user: its rights, its filter."""
        return AmiClient(self.host, self.ami_port, self.ami_user, self.ami_secret)

    def observer(self) -> AmiClient:
        """A connection that sees every event and may do everything."""
        return AmiClient(self.host, self.ami_port, "observer", self.observer_secret)

    def log(self) -> str:
        """What Asterisk has logged."""
        path = self.folder / "log/messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def channels(self) -> int:
        """How many channels there are now; what Asterisk may list for ever of one that was moved is none."""
        listed = self.cli("core show channels concise").splitlines()
        return sum("!" in line and not line.startswith("Surrogate/") for line in listed)

    def wait_idle(self, timeout: float = 20) -> None:
        """Return when no channel is left; at the end of a test, so that the next begins on a quiet switch."""
        deadline = time.monotonic() + timeout
        while self.channels():
            if time.monotonic() > deadline:
                raise AssertionError(f"channels are left:\n{self.cli('core show channels verbose')}")
            time.sleep(0.1)

    # ---- making

    def _write(self) -> None:
        for name in ("etc", "lib/keys", "log", "spool/monitor", "spool/recording", "spool/tmp", "music"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        values = render.complete(
            {
                "SYSTEM_NAME": f"test{self.net.replace('.', '-')}",
                "ENTITY_ID": "00:00:5e:00:53:01",
                "AMI_HOST": self.host,
                "AMI_SECRET": self.ami_secret,
                "AMI_PERMIT": "127.0.0.0/255.0.0.0",
                "AGI_HOST": self.host,
                "AGI_TOKEN": self.agi_token,
                "HTTP_HOST": self.host,
                "SIP_HOST": self.host,
                "MEDIA_ADDRESS": self.host,
                "BIND_MEDIA": "yes",
                "TRUNK_MATCH": self.trunk_host,
                "TRUNK_CONTACT": f"sip:{self.trunk_host}:{self.trunk_port}",
                "MUSIC_FOLDER": str(self.folder / "music"),
                "QUALIFY_S": "0",
                "LOG_LEVELS": "notice,warning,error,verbose(3),dtmf",
                **self._parameters,
            }
        )
        texts = render.render(
            values, {n: self.passwords[n] for n in PHONES}, {n: self.passwords[n] for n in WEB_PHONES}
        )
        texts["asterisk.conf"] = self._directories() + texts["asterisk.conf"]
        texts["manager.conf"] += OBSERVER.format(secret=self.observer_secret)
        render.write(self.folder / "etc", texts, replace=True)
        (self.folder / "addresses.json").write_text(json.dumps({"host": self.host, "etc": str(self.folder / "etc")}))
        _write_tone(self.folder / "music/tone.wav", MUSIC_HZ)

    def _directories(self) -> str:
        folders = {
            "astetcdir": self.folder / "etc",
            "astmoddir": next(iter(self._unpacked.root.glob("usr/lib/*-linux-gnu*/asterisk/modules"))),
            "astvarlibdir": self.folder / "lib",
            "astdbdir": self.folder / "lib",
            "astkeydir": self.folder / "lib",
            "astagidir": self.folder / "lib",
            "astdatadir": self._unpacked.root / "usr/share/asterisk",
            "astspooldir": self.folder / "spool",
            "astlogdir": self.folder / "log",
            "astrundir": self._run,
        }
        return "[directories]\n" + "".join(f"{name} = {path}\n" for name, path in folders.items()) + "\n"

    def _booted(self) -> bool:
        if not (self._run / "asterisk.ctl").exists():
            return False
        try:
            return "fully booted" in self.cli("core waitfullybooted")
        except (AssertionError, subprocess.TimeoutExpired):
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process = None


def new_instance(name: str, parameters: Mapping[str, str] | None = None) -> Asterisk:
    """A started instance whose files are under `.work/asterisk/`."""
    folder = WORK / "asterisk" / f"{name}-{os.getpid()}-{random.randrange(1 << 24):06x}"
    instance = Asterisk(folder, parameters)
    try:
        instance.start()
    except BaseException:
        instance.remove(keep_logs=True)
        raise
    return instance


def _free_net() -> str:
    """A loopback net on which nobody listens for AMI or SIP."""
    while True:
        net = f"127.{random.randrange(10, 250)}.{random.randrange(256)}"
        with socket.socket() as ami, socket.socket(type=socket.SOCK_DGRAM) as sip:
            try:
                ami.bind((f"{net}.1", Asterisk.ami_port))
                sip.bind((f"{net}.1", Asterisk.sip_port))
            except OSError:
                continue
            return net


def _write_tone(path: Path, hertz: float, seconds: int = 10, rate: int = 8000) -> None:
    """A WAV file of one steady tone that can be repeated without a click."""
    samples = (int(8000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(seconds * rate))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
