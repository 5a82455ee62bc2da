"""The demo's folder: fresh for every run, one demo at a time, nobody else's files touched."""

from pathlib import Path

import pytest

from config.home import JOURNAL
from cti_bridge.app.demo_home import DemoHome, DemoHomeError


def test_what_an_earlier_demo_left_is_gone_and_nothing_else(tmp_path: Path) -> None:
    left = [tmp_path / "demo" / name for name in (JOURNAL, f"{JOURNAL}-wal", "demo.log", "spool")]
    mine = tmp_path / "demo" / "notes.txt"
    for file in (*left, mine, tmp_path / JOURNAL):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    with DemoHome(tmp_path) as home:
        assert not any(file.exists() for file in left)
        assert mine.exists()
        assert (tmp_path / JOURNAL).exists()
        assert home.journal == tmp_path / "demo" / JOURNAL


def test_a_second_demo_is_told_where_to_go(tmp_path: Path) -> None:
    with DemoHome(tmp_path) as first, DemoHome(tmp_path / "other"):
        first.journal.write_text("facts")
        with pytest.raises(DemoHomeError, match=r"another demo is at work .* CORDBOARD_HOME"):
            DemoHome(tmp_path)
        assert first.journal.read_text() == "facts"
    with DemoHome(tmp_path) as next_one:
        assert not next_one.journal.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DemoHomeError, match=r"file/demo cannot be used: .* CORDBOARD_HOME"):
        DemoHome(tmp_path / "file")


def test_the_log_is_for_its_owner_alone(tmp_path: Path) -> None:
    with DemoHome(tmp_path) as home, home.open_log() as log:
        log.write("a line\n")
        assert home.log.read_text() == "a line\n"
    assert home.log.stat().st_mode & 0o777 == 0o600
    assert home.folder.stat().st_mode & 0o777 == 0o700
