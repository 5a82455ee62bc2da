"""The doctor's rules, one by one, and what it says of ports that speak nonsense."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.load import load
from config.models import Settings
from config.telephony import Agi, Ami, Asterisk
from cti_bridge.app import main as command_line
from cti_bridge.app.doctor import deployed, needs, surroundings, switch
from cti_bridge.app.doctor.findings import Finding, Level
from cti_bridge.app.doctor.live_ami import AmiUnreachable, Heard, greeting
from cti_bridge.shell.redis_ping import RedisAway, redis_ping

AGI = Agi(token=SecretStr("t0ken"))
AMI = Ami(user="cordboard", secret=SecretStr("s3cret"))
ASTERISK = Asterisk(ami=AMI, agi=AGI)


def bad(found: Iterator[Finding] | list[Finding]) -> list[tuple[str, str]]:
    """Level and words of what is not good; everything wrong says how to mend it."""
    not_good = [finding for finding in found if finding.level is not Level.GOOD]
    assert all(finding.mend or finding.level is Level.NOTE for finding in not_good)
    return [(finding.level.value, finding.what) for finding in not_good]


# -- rules of the switch ---------------------------------------------------------------------------------------------


def test_rights() -> None:
    assert bad(switch.rights(set(needs.WRITE_ACTIONS), "u")) == []
    allowed = set(needs.WRITE_ACTIONS) - {"Originate", "CoreShowChannels"}
    ((level, what),) = bad(switch.rights(allowed, "u"))
    assert level == "wrong"
    assert "(originate, reporting): Originate (to ring agents); CoreShowChannels" in what


@pytest.mark.parametrize(
    ("version", "name", "found"),
    [
        ("22.10.1", "pbx1", []),
        ("certified-20.7", "pbx1", []),
        ("", "pbx1", []),
        ("18.2.0", "pbx1", ["Asterisk 18.2.0 is too old"]),
        ("22.1", "", ["Asterisk has no systemname: calls of two Asterisks could get the same name"]),
    ],
)
def test_version_and_name(version: str, name: str, found: list[str]) -> None:
    assert [what for _, what in bad(switch.core(version, name))] == found


@pytest.mark.parametrize(
    ("timestamp", "found"),
    [
        ("1000000.5", []),
        ("1000003.5", [("warning", "Asterisk's clock is 3.5 s ahead")]),
        ("999990", [("warning", "Asterisk's clock is 10.0 s behind")]),
        (None, [("note", "Asterisk does not tell its clock")]),
        ("soon", [("note", "Asterisk does not tell its clock")]),
    ],
)
def test_clock(timestamp: str | None, found: list[tuple[str, str]]) -> None:
    assert bad(switch.clock(timestamp, 1_000_000.0)) == found


def test_modules() -> None:
    every = set(needs.MODULES) | set(needs.WISHED_MODULES)
    assert bad(switch.modules(every)) == []
    assert bad(switch.modules(every - {"res_agi", "app_chanspy"})) == [
        ("wrong", "the module res_agi is not loaded: voice menus (AGI)"),
        ("warning", "the module app_chanspy is not loaded: supervisors listen"),
    ]


@pytest.mark.parametrize(
    ("url", "token", "found"),
    [
        ("agi://10.0.0.1:4573", "t0ken", []),
        ("agi://10.0.0.1", "t0ken", []),
        ("agi://[::1]:4573/", "t0ken", []),
        ("agi://10.0.0.1:4574", "t0ken", ["AGI_URL is agi://10.0.0.1:4574"]),
        ("", "t0ken", ["AGI_URL is empty"]),
        ("agi://10.0.0.1:4573", "other", ["AGI_TOKEN is not the token"]),
        ("", "", ["AGI_TOKEN is not the token", "AGI_URL is empty"]),
        (None, None, ["cannot be asked for"]),
    ],
)
def test_where_the_dialplan_brings_calls(url: str | None, token: str | None, found: list[str]) -> None:
    told = [what for _, what in bad(switch.agi_globals(url, token, AGI))]
    assert len(told) == len(found)
    assert all(part in what for part, what in zip(found, told, strict=True))
    assert not any("t0ken" in what or "other" in what for what in told)


def heard(*names: str, timestamp: bool = True, variables: tuple[str, ...] = needs.CHANNEL_VARIABLES) -> list[Heard]:
    headers = {"Uniqueid": "1"} | ({"Timestamp": "1.5"} if timestamp else {})
    return [Heard(name, headers, dict.fromkeys(variables, "")) for name in names]


ALL_EVENTS = (
    "FullyBooted",
    "Newchannel",
    "Newstate",
    "UserEvent",
    "OriginateResponse",
    "BridgeEnter",
    "BridgeLeave",
    "Hangup",
)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        (heard(*ALL_EVENTS), []),
        (heard(), ["no events of class system"]),
        (heard("FullyBooted"), ["no events of class call"]),
        (heard(*ALL_EVENTS[1:]), ["no events of class system"]),
        (heard(*(name for name in ALL_EVENTS if name != "UserEvent")), ["no events of class user"]),
        (heard(*ALL_EVENTS[:5]), ["these events do not arrive: BridgeEnter, BridgeLeave, Hangup"]),
        (heard(*ALL_EVENTS, timestamp=False), ["events carry no time of Asterisk's own"]),
        (heard(*ALL_EVENTS, variables=("ACD_CALL",)), ["events do not tell whose call it is: ACD_AGENT"]),
    ],
)
def test_events(events: list[Heard], found: list[str]) -> None:
    told = bad(switch.events(events, "u"))
    assert [level for level, _ in told] == ["wrong"] * len(found)
    assert all(part in what for part, (_, what) in zip(found, told, strict=True)), told


def test_phones() -> None:
    settings = load(None, {"CORDBOARD_AGENTS__ALICE__PHONE": "Local/x@y"})
    known = {str(number) for number in range(1001, 1034)} - {"1002", "1003"}
    assert bad(switch.phones(known, settings)) == [
        ("warning", "Asterisk does not know the phones 1002 (bruno), 1003 (chen)")
    ]
    ((_, what),) = bad(switch.phones(set(), settings))
    assert what.endswith("and 22 more")


# -- ports that speak nonsense ---------------------------------------------------------------------------------------


@contextmanager
def listener(says: bytes | None) -> Iterator[Ami]:
    """A port that says this to everybody (None: nothing) and hangs up when the other side does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.sendall(says or b"")
                        connection.recv(1000)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Ami(user="u", secret=SecretStr("s"), port=server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_something_else_listens() -> None:
    with listener(b"SSH-2.0-OpenSSH_9.2\r\n") as ami, pytest.raises(AmiUnreachable, match="is not Asterisk"):
        greeting(ami)


def test_nothing_is_said() -> None:
    with listener(None) as ami, pytest.raises(AmiUnreachable, match="does not answer within"):
        greeting(ami, timeout_s=0.2)


def test_a_manager_that_hangs_up_during_log_in() -> None:
    with listener(b"Asterisk Call Manager/11.0.0\r\n") as ami:
        settings = Settings(asterisk=Asterisk(ami=ami, agi=AGI))
        assert settings.asterisk is not None
        ((level, what),) = bad(switch.examine_switch(settings, settings.asterisk, timeout_s=0.5))
    assert level == "wrong"
    assert "no answer to Login" in what


# -- files -----------------------------------------------------------------------------------------------------------


def conf(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o640)
    return path


def test_includes_templates_and_comments_are_read(tmp_path: Path) -> None:
    conf(tmp_path, "more/b.conf", "[b]\nfrom = b ; said b\n")
    conf(tmp_path, "more/a.conf", "[a](!)\nfrom => a\n")
    path = conf(
        tmp_path,
        "main.conf",
        '[general](+)\nx = 1\n;-- y = 2\nz = 3 --;\n#include "more/*.conf"\n#tryinclude <gone.conf>\n'
        "[general]\ny=4\nnonsense\n",
    )
    assert deployed.read_conf(path) == {"general": [("x", "1"), ("y", "4")], "a": [("from", "a")], "b": [("from", "b")]}


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    path = conf(tmp_path, "a.conf", "[a]\n#include a.conf\n")
    assert "a" in deployed.read_conf(path)


MANAGER = """
[general]
enabled = yes
timestampevents = yes
channelvars = ACD_CALL,ACD_AGENT,ACD_QUEUE,ACD_SINCE,ACD_DNIS
[cordboard]
secret = s3cret
read = system,call,user
write = system,call,originate,reporting
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("", ""), []),
        (("[cordboard]", "[other]"), ["there is no account [cordboard]"]),
        (("s3cret", "s3cret2"), ["has another secret"]),
        (("enabled = yes", "enabled = no"), ["the manager interface is off"]),
        (("read = system,call,user", "read = all"), []),
        (("read = system,call,user", "read = call"), ["lacks read rights: system, user"]),
        (("write = system,call,originate,reporting", ""), ["lacks write rights: originate, call, system, reporting"]),
    ],
)
def test_manager_conf(tmp_path: Path, change: tuple[str, str], found: list[str]) -> None:
    path = conf(tmp_path, "manager.conf", MANAGER.replace(*change) if change[0] else MANAGER)
    told = [what for _, what in bad(deployed.manager(path, deployed.read_conf(path), ASTERISK))]
    assert len(told) == len(found), told
    assert all(part in what for part, what in zip(found, told, strict=True)), told
    assert "s3cret" not in "".join(told)


def test_a_secret_that_everybody_may_read(tmp_path: Path) -> None:
    path = conf(tmp_path, "manager.conf", MANAGER)
    path.chmod(0o644)
    ((level, what),) = bad(deployed.manager(path, deployed.read_conf(path), ASTERISK))
    assert (level, "can be read by everybody" in what) == ("warning", True)


@pytest.mark.parametrize(
    ("filters", "hidden"),
    [
        ([], set()),
        (["eventfilter(action(exclude),name(VarSet))="], set()),
        (["eventfilter(action(exclude),name(Hangup))="], {"Hangup"}),
        (["eventfilter=!Event: Newchannel"], {"Newchannel"}),
        (["eventfilter=Event: Hangup", "eventfilter=Event: UserEvent"], needs.EVENTS - {"Hangup", "UserEvent"}),
        (["eventfilter(name(Hangup))="], needs.EVENTS - {"Hangup"}),
        (
            ["eventfilter(action(include),header(Channel),method(starts_with))=PJSIP", "eventfilter(name(Hangup))="],
            set(),
        ),
    ],
)
def test_event_filters(filters: list[str], hidden: set[str]) -> None:
    assert deployed.hidden_events(filters) == hidden


def test_modules_conf(tmp_path: Path) -> None:
    named = "\n".join(f"load = {name}.so" for name in needs.MODULES)
    for text, count in (
        ("[modules]\nautoload = yes\n", 0),
        (f"[modules]\nautoload = no\n{named}\n", 0),
        ("[modules]\nautoload = yes\nnoload => res_agi.so\n", 1),
        ("[modules]\nautoload = no\nload = res_agi.so\nrequire = app_dial.so\n", len(needs.MODULES) - 2),
    ):
        path = conf(tmp_path, "modules.conf", text)
        assert len(bad(deployed.modules(path, deployed.read_conf(path), ASTERISK))) == count


def test_a_folder_of_files(tmp_path: Path) -> None:
    folder, sounds = tmp_path / "etc", tmp_path / "data/sounds/en"
    contexts = "".join(f"[{name}]\nexten = s,1,NoOp()\n" for name in needs.CONTEXTS)
    conf(folder, "manager.conf", MANAGER)
    conf(folder, "asterisk.conf", f"[directories]\nastdatadir = {tmp_path}/data\n[options]\nsystemname = pbx1\n")
    conf(folder, "modules.conf", "[modules]\nautoload = yes\n")
    conf(folder, "extensions.conf", f"[globals]\nAGI_TOKEN = t0ken\n{contexts}")
    for sound in needs.SOUNDS:
        conf(sounds, f"{sound}.gsm", "")
    asterisk = Asterisk(ami=AMI, agi=AGI, config_folder=folder)
    assert bad(deployed.examine_files(asterisk)) == []
    (sounds / "vm-goodbye.gsm").unlink()
    (folder / "modules.conf").unlink()
    conf(folder, "asterisk.conf", f"[directories]\nastdatadir = {tmp_path}/data\n")
    conf(folder, "extensions.conf", "[globals]\nAGI_TOKEN = other\n[acd-wait]\n")
    told = [what for _, what in bad(deployed.examine_files(asterisk))]
    for part in ("systemname", "modules.conf cannot be read: No such", "context acd-entry", "AGI_TOKEN", "vm-goodbye"):
        assert any(part in what for what in told), (part, told)
    assert len(told) == 5


def test_a_machine_without_asterisks_files(tmp_path: Path) -> None:
    ((level, _),) = bad(deployed.examine_files(Asterisk(ami=AMI, agi=AGI, config_folder=tmp_path / "gone")))
    assert level == "note"


# -- surroundings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("free", "level"), [(50e9, Level.GOOD), (1.9e9, Level.WARNING), (1.9e8, Level.WRONG)])
def test_room(free: float, level: Level, tmp_path: Path) -> None:
    assert surroundings.room(tmp_path, int(free)).level is level


def test_the_port_of_the_menus() -> None:
    with listener(None) as somebody:
        taken = Agi(token=SecretStr("t"), port=somebody.port)
        assert surroundings.agi_port(taken, runs=True).level is Level.GOOD
        assert surroundings.agi_port(taken, runs=False).level is Level.WRONG
    assert surroundings.agi_port(taken, runs=True).level is Level.WRONG
    assert surroundings.agi_port(taken, runs=False).level is Level.NOTE


def test_databases(tmp_path: Path) -> None:
    def of(url: str) -> Finding:
        settings = load(None, {"CORDBOARD_HOME": str(tmp_path), "CORDBOARD_DATABASE__URL": url})
        return next(finding for finding in surroundings.examine_surroundings(settings) if finding.part == "database")

    assert of(f"sqlite:///{tmp_path}/none.sqlite3").level is Level.NOTE
    (tmp_path / "broken.sqlite3").write_bytes(b"this is no database" * 100)
    assert of(f"sqlite:///{tmp_path}/broken.sqlite3").level is Level.WRONG
    assert of("postgresql+psycopg://nobody@127.0.0.1:1/x").level is Level.WRONG
    assert of("nonsense://x").level is Level.WRONG


def test_recognisers(tmp_path: Path) -> None:
    recognisers = f"{{en: {{engine: vosk, model: {tmp_path}}}, zh: {{engine: vosk, model: {tmp_path}/gone}}}}"
    settings = load(None, {"CORDBOARD_HOME": str(tmp_path), "CORDBOARD_SPEECH__RECOGNISERS": recognisers})
    found = {finding.part: finding.level for finding in surroundings.examine_surroundings(settings)}
    assert (found["speech en"], found["speech zh"]) == (Level.GOOD, Level.WRONG)


def test_a_redis_that_is_not_there() -> None:
    with pytest.raises(RedisAway, match="does not answer") as refused:
        redis_ping("redis://127.0.0.1:1/0", "hidden", timeout_s=0.5)
    assert "hidden" not in str(refused.value)


def test_the_command_says_what_is_wrong_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORDBOARD_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["cordboard", "doctor"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 0
    assert "only the demo can run" in capsys.readouterr().out
    monkeypatch.setenv("CORDBOARD_REDIS__URL", "redis://127.0.0.1:1/0")
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 1
    shown = capsys.readouterr().out
    assert "WRONG    redis: Redis does not answer" in shown
    assert "-> is it running" in shown
    assert shown.endswith("1 thing wrong\n")


def test_nothing_is_made(tmp_path: Path) -> None:
    settings = load(None, {"CORDBOARD_HOME": str(tmp_path / "home")})
    surroundings.examine_surroundings(settings)
    assert list(tmp_path.iterdir()) == []
