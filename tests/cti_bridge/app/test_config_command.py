"""``cordboard config``: administered settings as files and revisions."""

import json
from pathlib import Path

import pytest

from cti_bridge.app import main as command_line

SITE = """\
home: {home}
skills: {{sales: Selling}}
queues: {{orders: {{requires: sales>=2}}, help: {{}}}}
agents: {{ann: {{phone: "1001", skills: {{sales: 5}}, pin: "4711"}}}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "cordboard.yaml"
    file.write_text(SITE.format(home=tmp_path))
    return file


class Shell:
    """Runs `cordboard`, and tells its exit code and what it printed."""

    def __init__(self, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._site, self._monkeypatch, self._capsys = site, monkeypatch, capsys

    def __call__(self, *arguments: str) -> tuple[object, str, str]:
        self._monkeypatch.setattr("sys.argv", ["cordboard", *arguments, "--config", str(self._site)])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return ended.value.code, *self._capsys.readouterr()


@pytest.fixture
def cordboard(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(site, monkeypatch, capsys)


def test_looking_makes_no_database(site: Path, cordboard: Shell) -> None:
    code, out, _ = cordboard("config", "export")
    assert code == 0
    assert out.startswith("# What the console changes, by the settings file.")
    assert "4711" not in out
    assert cordboard("config", "revisions") == (0, "There are no changes yet: the settings file leads.\n", "")
    assert cordboard("config", "diff")[0] == 0
    assert [path.name for path in site.parent.iterdir()] == ["cordboard.yaml"]


def test_a_part_is_compared_imported_listed_and_undone(site: Path, cordboard: Shell) -> None:
    part = site.parent / "part.yaml"
    part.write_text("queues: {orders: {requires: sales>=4}, night: {}}\n")
    code, out, _ = cordboard("config", "diff", str(part))
    assert code == 1
    assert out.splitlines() == [
        "changed queues.orders",
        '  - {"requires": "sales>=2"}',
        '  + {"requires": "sales>=4"}',
        "removed queues.help",
        "  - {}",
        "made queues.night",
        "  + {}",
    ]
    code, out, _ = cordboard("config", "import", str(part), "--by", "dana", "-m", "night shift")
    assert (code, out.splitlines()[-1]) == (0, "Kept as revision 2.")
    code, out, _ = cordboard("config", "revisions", "--json")
    assert [(one["number"], one["actor"], one["comment"]) for one in json.loads(out)["revisions"]] == [
        (2, "dana", "night shift"),
        (1, "dana", "what the settings file said"),
    ]
    assert "queues.night" in cordboard("config", "revisions")[1]
    assert "made queues.night" in cordboard("config", "revisions", "2")[1]
    code, out, _ = cordboard("config", "undo", "2", "--json")
    assert (code, json.loads(out)["revision"]) == (0, 3)
    assert cordboard("config", "diff")[1] == "There is no difference.\n"
    code, _, err = cordboard("config", "undo", "9")
    assert (code, err.startswith("cordboard: revision 9 is not there")) == (1, True)


def test_the_file_is_taken_in_again_as_a_whole(site: Path, cordboard: Shell) -> None:
    part = site.parent / "part.yaml"
    part.write_text("queues: {orders: {}}\n")
    cordboard("config", "import", str(part))
    code, out, err = cordboard("check")
    assert (code, out) == (0, "1 queues, 1 agents, 0 flows: nothing is wrong\n")
    assert "revision 2 in the database leads" in err
    site.write_text(SITE.format(home=site.parent).replace("Selling", "Sells"))
    code, _, err = cordboard("check")
    assert "the file was changed without effect: skills.sales" in err
    findings = json.loads(cordboard("doctor", "--json", "--no-probe")[1])["findings"]
    assert [one["level"] for one in findings if one["part"] == "settings"] == ["note", "warning"]
    assert cordboard("config", "import")[0] == 0
    assert "without effect" not in cordboard("check")[2]
    exported = site.parent / "exported.yaml"
    assert cordboard("config", "export", "--output", str(exported))[0] == 0
    assert "sales: Sells" in exported.read_text()
    assert cordboard("config", "diff", str(exported))[0] == 0


def test_a_refused_import_names_each_line(site: Path, cordboard: Shell) -> None:
    part = site.parent / "part.yaml"
    part.write_text("queues:\n  orders: {requires: klingon}\n  help: {ring_s: 0}\n")
    code, _, err = cordboard("config", "import", str(part))
    assert code == 1
    assert f"{part}:3:10: queues.help.ring_s: has to be above 0" in err
    part.write_text("queues:\n  orders: {requires: klingon}\n")
    code, _, err = cordboard("config", "import", str(part))
    assert f"{part}:2:12: queues.orders.requires: there is no skill 'klingon'" in err
    assert cordboard("config", "revisions")[1].startswith("There are no changes yet")


def test_reports_go_by_the_settings_in_force(site: Path, cordboard: Shell) -> None:
    part = site.parent / "part.yaml"
    part.write_text("queues: {orders: {service_level: {target: 0.5}}}\n")
    cordboard("config", "import", str(part))
    from cti_bridge.app.report_setup import settings_of  # noqa: PLC0415 - after the command line's own imports

    assert settings_of(site).queues["orders"].service_level.target == 0.5
