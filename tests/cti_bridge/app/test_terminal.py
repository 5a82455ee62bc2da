"""What people see while they wait: on a terminal something moves, elsewhere nothing is said."""

import io
import sys

import pytest

from cti_bridge.app.terminal import BAR_FROM_ROWS, bar, busy, writing


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("environment")
def test_waiting_is_told_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Terminal()
    monkeypatch.setattr(sys, "stderr", told)
    with busy("writing [day].xlsx"):
        pass
    assert "writing [day].xlsx" in told.getvalue()


@pytest.mark.usefixtures("environment")
def test_steps_are_shown_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for total, shown in ((10, False), (1_000, True)):
        told = Terminal()
        monkeypatch.setattr(sys, "stderr", told)
        with bar("facts", total, least=100) as advance:
            advance(total)
        assert ("facts" in told.getvalue()) is shown


@pytest.mark.usefixtures("environment")
def test_a_file_of_many_counted_rows_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    for rows, percent in ((BAR_FROM_ROWS, True), (10, False), (None, False)):
        told = Terminal()
        monkeypatch.setattr(sys, "stderr", told)
        with writing("day.xlsx", rows) as advance:
            advance(rows or 0)
        assert "writing day.xlsx" in told.getvalue()
        assert ("100%" in told.getvalue()) is percent


def test_elsewhere_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    with busy("writing"), bar("facts", 1_000, least=100) as advance:
        advance(1_000)
    assert not told.getvalue()
