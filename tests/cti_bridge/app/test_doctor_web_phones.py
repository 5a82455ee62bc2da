"""What the doctor says of phones in the browser: rule by rule, and at a WebSocket that is wrong."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from config.load import load
from config.models import Settings
from cti_bridge.app.doctor import deployed, needs
from cti_bridge.app.doctor.findings import Finding, Level
from cti_bridge.app.doctor.web_phones import examine_web_phones, web_endpoints, web_modules

BROWSER = {
    "MediaEncryption": "dtls",
    "IceSupport": "true",
    "DtlsAutoGenerateCert": "Yes",
    "DtlsCertFile": "",
    "Allow": "(opus|alaw|ulaw)",
}


def bad(found: Iterator[Finding] | list[Finding]) -> list[str]:
    """The words of what is not good; everything wrong says how to mend it."""
    not_good = [finding for finding in found if finding.level is not Level.GOOD]
    assert all(finding.mend for finding in not_good)
    return [finding.what for finding in not_good]


def settings_of(folder: Path, *, agent: dict[str, Any] | None = None, **web_phones: Any) -> Settings:
    asterisk: dict[str, Any] = {"ami": {"user": "u", "secret": "s"}, "agi": {"token": "t"}}
    if web_phones:
        asterisk["web_phones"] = {"secrets_folder": str(folder), **web_phones}
    document = {"asterisk": asterisk, "agents": {"ann": {"phone": "1101", "web_phone": True, **(agent or {})}}}
    path = folder / "cordboard.yaml"
    path.write_text(yaml.safe_dump(document))
    return load(path, {})


@contextlib.contextmanager
def websocket(*subprotocols: str) -> Iterator[str]:
    """The address of a WebSocket that knows these sub-protocols."""

    def stay(socket: ServerConnection) -> None:
        for _ in socket:
            pass

    def choose(_: ServerConnection, offered: Any) -> Subprotocol | None:
        return next((Subprotocol(name) for name in subprotocols if name in offered), None)

    server: Server = serve(stay, "127.0.0.1", 0, select_subprotocol=choose)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ws"
    finally:
        server.shutdown()
        thread.join()


def test_without_web_phones_nothing_is_said(tmp_path: Path) -> None:
    assert examine_web_phones(settings_of(tmp_path, agent={"web_phone": False})) == []
    assert examine_web_phones(load(None, {})) == []


def test_an_agent_whose_web_phone_is_nowhere(tmp_path: Path) -> None:
    assert bad(examine_web_phones(settings_of(tmp_path))) == ["ann: web_phone is set, but phones in browsers are off"]


def test_websocket_and_password(tmp_path: Path) -> None:
    secret = tmp_path / "phone-1101.secret"
    with websocket("sip") as address:
        (missing,) = bad(examine_web_phones(settings_of(tmp_path, address=address)))
        assert "phone-1101.secret: No such file" in missing
        secret.write_text("the-password\n")
        secret.chmod(0o600)
        assert bad(examine_web_phones(settings_of(tmp_path, address=address))) == []
        secret.chmod(0o644)
        assert bad(examine_web_phones(settings_of(tmp_path, address=address))) == [
            f"{secret} can be read by everybody on this machine"
        ]
        secret.chmod(0o600)
        (other,) = bad(examine_web_phones(settings_of(tmp_path, agent={"phone": "SIP/1101"}, address=address)))
        assert "ann: web_phone is set, but the phone is no PJSIP endpoint" in other
    (unreachable,) = bad(examine_web_phones(settings_of(tmp_path, address=address)))
    assert f"WebSocket at {address} cannot be reached" in unreachable
    with websocket() as mute:
        (silent,) = bad(examine_web_phones(settings_of(tmp_path, address=mute)))
        assert "does not speak SIP" in silent


def test_a_console_without_https_has_no_microphone(tmp_path: Path) -> None:
    (tmp_path / "phone-1101.secret").touch(0o600)
    (tmp_path / "phone-1101.secret").write_text("x")
    with websocket("sip") as address:
        settings = settings_of(tmp_path, address=address)
        for url, wrong in (
            ("http://desk.example.com", 1),
            ("http://localhost:8080", 0),
            ("http://127.0.0.1:8080", 0),
            ("https://desk.example.com", 0),
        ):
            web = settings.web.model_copy(update={"public_url": url})
            assert len(bad(examine_web_phones(settings.model_copy(update={"web": web})))) == wrong, url


def test_modules() -> None:
    assert bad(web_modules(set(needs.WEB_PHONE_MODULES))) == []
    (what,) = bad(web_modules(set(needs.WEB_PHONE_MODULES) - {"res_srtp"}))
    assert what.startswith("the module res_srtp is not loaded: encrypted audio")


@pytest.mark.parametrize(
    ("changed", "has_opus", "said"),
    [
        ({}, True, ""),
        ({}, False, "allows opus, which this Asterisk cannot translate"),
        ({"Allow": "(ulaw)"}, False, ""),
        ({"Allow": "(gsm)"}, True, "allows nothing that a browser speaks"),
        ({"MediaEncryption": "none"}, True, "ICE or DTLS is off"),
        ({"IceSupport": "false"}, True, "ICE or DTLS is off"),
        ({"DtlsAutoGenerateCert": "No"}, True, "has no certificate for DTLS"),
        ({"DtlsAutoGenerateCert": "No", "DtlsCertFile": "/a.pem"}, True, ""),
    ],
)
def test_endpoints(changed: dict[str, str], has_opus: bool, said: str) -> None:
    found = bad(web_endpoints({"1101": {**BROWSER, **changed}}, has_opus=has_opus))
    assert found == [] if not said else len(found) == 1 and said in found[0]


def test_an_endpoint_that_asterisk_does_not_know() -> None:
    assert bad(web_endpoints({"1101": None}, has_opus=True)) == ["Asterisk does not know the phone 1101"]


@pytest.mark.parametrize(
    ("examine", "items", "said"),
    [
        (deployed.http, [("enabled", "yes")], ""),
        (deployed.http, [], "the web server is off"),
        (deployed.http, [("enabled", "yes"), ("tlsenable", "yes"), ("tlscertfile", "/no/such.pem")], "is not there"),
        (deployed.rtp, [("icesupport", "yes")], ""),
        (deployed.rtp, [("icesupport", "no")], "ICE is off"),
    ],
)
def test_files(tmp_path: Path, examine: Any, items: list[tuple[str, str]], said: str) -> None:
    asterisk = settings_of(tmp_path).asterisk
    found = bad(examine(tmp_path / "a.conf", {"general": items}, asterisk))
    assert found == [] if not said else len(found) == 1 and said in found[0]
