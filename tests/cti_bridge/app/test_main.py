"""The command line as a whole: lists cheaply, loads lazily, ends with 0, 1 or 2."""

import subprocess
import sys
import types

import pytest

from cti_bridge.app import main as command_line


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "cti_bridge.app.main", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1", "COLUMNS": "100", **environment},
    )


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["cordboard", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    return ended.value.code


def command_module(monkeypatch: pytest.MonkeyPatch, **contents: object) -> None:
    """Let ``cordboard check`` be a module with these contents."""
    module = types.ModuleType("cti_bridge.app.commands.check")
    vars(module).update(contents)
    monkeypatch.setitem(sys.modules, "cti_bridge.app.commands.check", module)
    monkeypatch.setattr(command_line._Commands, "list_commands", lambda *_: ["check"])


def test_help_lists_commands_and_imports_none_of_them() -> None:
    code = (
        "import sys; from cti_bridge.app.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'twisted', 'sqlalchemy', 'duckdb', 'numpy', 'msgspec', 'yaml', 'rich.progress'}\n"
        "loaded = heavy & set(sys.modules)\n"
        "loaded |= {name for name in sys.modules if name.startswith('cti_bridge.app.commands.')}\n"
        "print('LOADED', sorted(loaded))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout
    assert "Usage: cordboard" in done.stdout


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("cordboard ")


def test_an_unknown_command_is_used_wrong() -> None:
    done = run("anwser")
    assert done.returncode == 2
    assert "anwser" in done.stderr
    assert done.stdout == ""


def test_a_plain_function_is_a_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command_module(monkeypatch, command=lambda: print("checked"))
    assert call(monkeypatch, "check") == 0
    assert capsys.readouterr().out == "checked\n"


def test_our_errors_are_one_line_and_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class OursError(Exception):
        __module__ = "config.errors"

    def command() -> None:
        raise OursError("the queue 'sales' has no skills")

    command_module(monkeypatch, command=command)
    assert call(monkeypatch, "check") == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "cordboard: the queue 'sales' has no skills\n")


def test_an_error_says_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class OursError(Exception):
        __module__ = "config.errors"
        exit_code = 2

    def command() -> None:
        raise OursError("no such file")

    command_module(monkeypatch, command=command)
    assert call(monkeypatch, "check") == 2


def test_a_file_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        open("/nonexistent/cordboard.yaml")  # noqa: PTH123, SIM115 - the error is what counts

    command_module(monkeypatch, command=command)
    assert call(monkeypatch, "check") == 1
    assert "/nonexistent/cordboard.yaml" in capsys.readouterr().err


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> None:
        raise ZeroDivisionError

    command_module(monkeypatch, command=command)
    monkeypatch.setattr(sys, "argv", ["cordboard", "check"])
    with pytest.raises(ZeroDivisionError):
        command_line.main()


def test_a_traceback_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    class OursError(Exception):
        __module__ = "storage.errors"

    def command() -> None:
        raise OursError

    command_module(monkeypatch, command=command)
    monkeypatch.setattr(sys, "argv", ["cordboard", "check"])
    monkeypatch.setenv("CORDBOARD_TRACEBACK", "1")
    with pytest.raises(OursError):
        command_line.main()
