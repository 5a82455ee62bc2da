"""The doctor at a real Asterisk: healthy as deployed, and each broken deployment is named with its mending."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from config.load import load
from config.models import Settings
from cti_bridge.app import main as command_line
from cti_bridge.app.doctor.deployed import examine_files
from cti_bridge.app.doctor.findings import Finding, Level
from cti_bridge.app.doctor.switch import examine_switch
from cti_bridge.app.doctor.web_phones import examine_web_phones
from tests.asterisk.instance import Asterisk, new_instance

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("doctor")]


@pytest.fixture(scope="module")
def asterisk() -> Iterator[Asterisk]:
    """One Asterisk that each test breaks in its own way and mends again."""
    instance = new_instance("doctor")
    yield instance
    instance.remove(keep_logs=False)


def environment(asterisk: Asterisk, folder: Path) -> dict[str, str]:
    """The embedded default at this Asterisk."""
    return {
        "CORDBOARD_HOME": str(folder),
        "CORDBOARD_ASTERISK__AMI__HOST": asterisk.host,
        "CORDBOARD_ASTERISK__AMI__USER": asterisk.ami_user,
        "CORDBOARD_ASTERISK__AMI__SECRET": asterisk.ami_secret,
        "CORDBOARD_ASTERISK__AGI__HOST": asterisk.host,
        "CORDBOARD_ASTERISK__AGI__TOKEN": asterisk.agi_token,
        "CORDBOARD_ASTERISK__CONFIG_FOLDER": str(asterisk.folder / "etc"),
    }


def at_the_switch(settings: Settings) -> list[Finding]:
    assert settings.asterisk is not None
    return examine_switch(settings, settings.asterisk)


def in_the_files(settings: Settings) -> list[Finding]:
    assert settings.asterisk is not None
    return examine_files(settings.asterisk)


def wrong(found: list[Finding]) -> list[str]:
    assert all(finding.mend for finding in found if finding.level is Level.WRONG)
    return [finding.what for finding in found if finding.level is Level.WRONG]


def test_as_deployed_nothing_is_wrong(
    asterisk: Asterisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(asterisk, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["cordboard", "doctor", "--json"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    assert told["ok"] is True
    of_asterisk = [finding for finding in told["findings"] if finding["part"].startswith("asterisk")]
    assert len(of_asterisk) == 10
    assert {finding["level"] for finding in of_asterisk} == {"good"}
    assert not {asterisk.ami_secret, asterisk.agi_token} & set(re.split(r"[\s'\"]", json.dumps(told)))


class Break(NamedTuple):
    """A line of a file that is changed, and what the doctor says of the live Asterisk and of the file."""

    file: str
    pattern: str
    instead: str
    live: str
    in_file: str | None = None


READ = r"^read = system,call,user"
FILTER = r"^(eventfilter.action.exclude.,name.)VarSet"
NETWORK = "permit = 192.0.2.1/255.255.255.255"
BREAKS = {
    "secret": Break("manager.conf", r"^secret = .*", "secret = x", "cordboard is refused", "another secret"),
    "network": Break("manager.conf", r"^permit = .*", NETWORK, "cordboard is refused"),
    "user events": Break("manager.conf", READ, "read = system,call", "no events of class user", "read rights: user"),
    "call events": Break("manager.conf", READ, "read = system,user", "no events of class call", "read rights: call"),
    "originate": Break(
        "manager.conf",
        "^write = system,call,originate",
        "write = system,call",
        "lacks write rights (originate): Originate (to ring agents)",
        "lacks write rights: originate",
    ),
    "filter": Break(
        "manager.conf",
        FILTER,
        r"\1BridgeEnter)) =\n\1VarSet",
        "these events do not arrive: BridgeEnter",
        "hides events by its filters: BridgeEnter",
    ),
    "times": Break(
        "manager.conf", "^timestampevents = yes", "timestampevents = no", "no time of Asterisk's own", "no time"
    ),
    "variables": Break(
        "manager.conf",
        r"^channelvars = .*",
        "channelvars = ACD_CALL,ACD_AGENT,ACD_QUEUE",
        "do not tell whose call it is: ACD_SINCE, ACD_DNIS",
        "channelvars lacks ACD_SINCE, ACD_DNIS",
    ),
    "context": Break(
        "extensions.conf",
        r"^\[acd-leg\]",
        "[acd-lag]",
        "the dialplan has no context acd-leg: agents' legs fetch the waiting caller",
        "has no context acd-leg",
    ),
    "token": Break("extensions.conf", r"^AGI_TOKEN = .*", "AGI_TOKEN = x", "is not the token", "is not the token"),
    "agi port": Break(
        "extensions.conf", r"^(AGI_URL = agi://[0-9.]*):4573", r"\1:4574", "the daemon listens on port 4573"
    ),
}


@contextmanager
def broken(asterisk: Asterisk, what: Break) -> Iterator[None]:
    """A line of a .conf file changed and loaded; afterwards as before."""
    reload = "manager reload" if what.file == "manager.conf" else "dialplan reload"
    path = asterisk.folder / "etc" / what.file
    text = path.read_text()
    changed, count = re.subn(what.pattern, what.instead, text, flags=re.MULTILINE)
    assert count, f"{what.pattern} is not in {what.file}"
    try:
        path.write_text(changed)
        asterisk.cli(reload)
        yield
    finally:
        path.write_text(text)
        asterisk.cli(reload)


@pytest.mark.parametrize("what", BREAKS.values(), ids=BREAKS)
def test_a_broken_deployment_is_named(asterisk: Asterisk, tmp_path: Path, what: Break) -> None:
    settings = load(None, environment(asterisk, tmp_path))
    with broken(asterisk, what):
        told, of_files = wrong(at_the_switch(settings)), wrong(in_the_files(settings))
    assert any(what.live in each for each in told), told
    assert len(told) == 1
    assert what.in_file is None or any(what.in_file in each for each in of_files), of_files


def test_a_missing_module_is_named(asterisk: Asterisk, tmp_path: Path) -> None:
    asterisk.cli("module unload res_manager_devicestate.so")
    try:
        told = wrong(at_the_switch(load(None, environment(asterisk, tmp_path))))
    finally:
        asterisk.cli("module load res_manager_devicestate.so")
    assert told == ["the module res_manager_devicestate is not loaded: events when phones come and go"]


def test_phones_that_nobody_knows_are_named(asterisk: Asterisk, tmp_path: Path) -> None:
    env = environment(asterisk, tmp_path) | {"CORDBOARD_AGENTS__ALICE__PHONE": "4711"}
    found = at_the_switch(load(None, env))
    assert [finding.what for finding in found if finding.level is Level.WARNING] == [
        "Asterisk does not know the phones 4711 (alice)"
    ]


def test_a_closed_port_is_named(asterisk: Asterisk, tmp_path: Path) -> None:
    env = environment(asterisk, tmp_path) | {"CORDBOARD_ASTERISK__AMI__PORT": "1"}
    assert wrong(at_the_switch(load(None, env))) == [f"{asterisk.host}:1 cannot be reached: Connection refused"]


def test_the_probe_leaves_no_call_behind(asterisk: Asterisk, tmp_path: Path) -> None:
    at_the_switch(load(None, environment(asterisk, tmp_path)))
    asterisk.wait_idle()


def test_a_phone_in_the_browser(asterisk: Asterisk, tmp_path: Path) -> None:
    """As deployed nothing is wrong; without DTLS, ICE or the WebSocket it is said."""
    (tmp_path / "phone-1101.secret").touch(0o600)
    (tmp_path / "phone-1101.secret").write_text(asterisk.passwords["1101"])
    more = {
        "CORDBOARD_ASTERISK__WEB_PHONES__ADDRESS": f"ws://{asterisk.host}:{asterisk.http_port}/ws",
        "CORDBOARD_ASTERISK__WEB_PHONES__SECRETS_FOLDER": str(tmp_path),
        "CORDBOARD_AGENTS__ANN__PHONE": "1101",
        "CORDBOARD_AGENTS__ANN__WEB_PHONE": "true",
    }
    settings = load(None, environment(asterisk, tmp_path) | more)
    assert wrong(examine_web_phones(settings)) == []
    assert "Asterisk has what the browsers' phones need" in [finding.what for finding in at_the_switch(settings)]
    path = asterisk.folder / "etc/pjsip.conf"
    text = path.read_text()
    try:
        path.write_text(text.replace("webrtc = yes", "media_encryption = no"))
        asterisk.cli("module reload res_pjsip.so")
        assert "pjsip.conf, [1101] is no browser's: ICE or DTLS is off" in wrong(at_the_switch(settings))
    finally:
        path.write_text(text)
        asterisk.cli("module reload res_pjsip.so")
    asterisk.cli("module unload res_srtp.so")
    try:
        assert any("the module res_srtp is not loaded" in what for what in wrong(at_the_switch(settings)))
    finally:
        asterisk.cli("module load res_srtp.so")
