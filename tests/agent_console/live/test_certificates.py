"""A console whose certificate is of no use says so, instead of listening in vain."""

import ssl
from pathlib import Path

import pytest

from config.services import Web
from cti_bridge.app.console.server import WebServer
from tests.servers.certificates import write_certificate


async def nothing(*_: object) -> None:
    """An application."""


def test_certificate_and_key_have_to_be_a_pair(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_certificate(tmp_path / name, "desk.example.com")
    web = Web.model_validate(
        {"port": 1, "tls": {"cert_file": tmp_path / "one/cert.pem", "key_file": tmp_path / "other/key.pem"}}
    )
    with pytest.raises(ssl.SSLError, match="KEY_VALUES_MISMATCH"):
        WebServer(nothing, web).start()


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    web = Web.model_validate(
        {"port": 1, "tls": {"cert_file": tmp_path / "empty.pem", "key_file": tmp_path / "empty.pem"}}
    )
    with pytest.raises(ssl.SSLError):
        WebServer(nothing, web).start()
