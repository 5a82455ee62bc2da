"""The configuration that a user gets: complete, readable by other programs, without a default secret."""

from pathlib import Path

import asterisk.config  # type: ignore[import-untyped]  # pyst2 has no types
import pytest
import yaml

from deploy.asterisk import render

SITE = ["--set", "TRUNK_MATCH=192.0.2.10", "--set", "TRUNK_CONTACT=sip:192.0.2.10:5060"]


def rendered(folder: Path, *arguments: str) -> dict[str, str]:
    assert render.main(["--to", str(folder), *SITE, *arguments]) == 0
    return {path.name: path.read_text() for path in folder.glob("*.conf")}


def secrets_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text().strip() for path in (folder / render.SECRETS_FOLDER).iterdir()}


def test_no_placeholder_is_left(tmp_path: Path) -> None:
    texts = rendered(tmp_path, "--phones", "1001-1003", "--web-phones", "1101")
    assert not {name: found for name, text in texts.items() if (found := render.PLACEHOLDER.findall(text))}


# pyst2 leaves the files that it reads to the garbage collector
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_file_is_read_by_an_independent_parser(tmp_path: Path) -> None:
    rendered(tmp_path, "--phones", "1001-1003")
    names = {
        path.name: {category.name for category in asterisk.config.Config(str(path)).categories}
        for path in tmp_path.glob("*.conf")
    }
    assert {"from-trunk", "acd-wait", "acd-leg", "from-agent"} <= names["extensions.conf"]
    assert {"trunk", "1001", "1003"} <= names["pjsip.conf"]


def test_secrets_are_made_once_and_differ(tmp_path: Path) -> None:
    texts = rendered(tmp_path, "--phones", "1001-1002")
    secrets = secrets_of(tmp_path)
    assert set(secrets) == {"ami.secret", "agi.token", "phone-1001.secret", "phone-1002.secret"}
    assert len(set(secrets.values())) == 4
    assert all(len(secret) >= 32 for secret in secrets.values())
    assert f"secret = {secrets['ami.secret']}\n" in texts["manager.conf"]
    assert f"AGI_TOKEN = {secrets['agi.token']}\n" in texts["extensions.conf"]
    assert f"password = {secrets['phone-1002.secret']}\n" in texts["pjsip.conf"]
    assert rendered(tmp_path, "--phones", "1001-1002") == texts


def test_secrets_are_kept_from_others(tmp_path: Path) -> None:
    rendered(tmp_path, "--phones", "1001")
    folder = tmp_path / render.SECRETS_FOLDER
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.iterdir()])
    assert all(path.stat().st_mode & 0o007 == 0 for path in tmp_path.glob("*.conf"))


def test_two_sites_share_no_secret(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        rendered(tmp_path / name)
        found.append(secrets_of(tmp_path / name))
    assert not set(found[0].values()) & set(found[1].values())


def test_the_settings_to_copy_name_the_secret_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rendered(tmp_path, "--set", "AMI_PORT=5039")
    said = yaml.safe_load(capsys.readouterr().out.split("\n\n")[1])
    assert said["asterisk"]["ami"] == {
        "host": "127.0.0.1",
        "port": 5039,
        "user": "cordboard",
        "secret_file": str(tmp_path / "cordboard/ami.secret"),
    }
    assert Path(said["asterisk"]["agi"]["token_file"]).read_text().strip() == secrets_of(tmp_path)["agi.token"]


def test_a_file_that_is_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "extensions.conf").write_text("; mine\n")
    rendered(tmp_path)
    assert (tmp_path / "extensions.conf").read_text() == "; mine\n"
    assert "[acd-wait]" in (tmp_path / "extensions.conf.cordboard").read_text()
    assert "extensions.conf: is there already" in capsys.readouterr().out


def test_replacing_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "extensions.conf").write_text("; mine\n")
    assert "[acd-wait]" in rendered(tmp_path, "--replace")["extensions.conf"]
    assert (tmp_path / "extensions.conf.before").read_text() == "; mine\n"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"TRUNK_MATCH": "a"}, "TRUNK_CONTACT: has to be given"),
        ({"TRUNK_MATCH": "a", "TRUNK_CONTACT": "b", "COLOUR": "red"}, "COLOUR: no such parameter"),
        ({"TRUNK_MATCH": "a\nsecret = x", "TRUNK_CONTACT": "b"}, "TRUNK_MATCH: holds a character"),
        ({"TRUNK_MATCH": "a", "TRUNK_CONTACT": "b ; c"}, "TRUNK_CONTACT: holds a character"),
    ],
)
def test_wrong_parameters_are_named(given: dict[str, str], fault: str) -> None:
    with pytest.raises(render.RenderError, match=fault):
        render.complete(given)


def test_an_empty_value_leaves_its_line_out() -> None:
    assert render.fill("a = @A@\nb = @B@\n; @A@ stays\n", {"A": "", "B": "2"}) == "b = 2\n; @A@ stays\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1001-1003,1010", ["1001", "1002", "1003", "1010"]), ("", []), ("0098-0101", ["0098", "0099", "0100", "0101"])],
)
def test_numbers(text: str, expected: list[str]) -> None:
    assert render.numbers(text) == expected


@pytest.mark.parametrize("text", ["1001-x", "x", "1-2-3", "\uff11\uff10"])
def test_wrong_numbers_are_refused(text: str) -> None:
    with pytest.raises(render.RenderError):
        render.numbers(text)
