"""Reading extensions.conf: patterns, priorities, labels, and the deployed file itself."""

import pytest

from cti_bridge.virtual_pbx.applications import APPLICATIONS
from cti_bridge.virtual_pbx.dialplan import DEPLOYED, Application, Dialplan, DialplanError, Location, deployed

TEXT = """
[globals]
URL = agi://127.0.0.1/x   ; a comment
[one]
exten => 100,1,Answer()
 same => n(again),Playback(a,b)
 same => 7,NoOp(with \\; in it)
 same => n,Goto(again)
exten => _1XX,1,NoOp(pattern)
exten => _1[2-4]X,1,NoOp(closer)
exten => _[+0-9]!,1,NoOp(widest)
exten => _*53X!,1,NoOp(star)
exten => _tell-.,1,Hangup()
exten => tell-BUSY,1,Wait(3)
"""
VALUES = {
    "AGI_HOST": "127.0.0.1",
    "AGI_PORT": "4573",
    "AGI_TOKEN": "t",
    "AGENT_PATTERN": "_1XXX",
    "ENTRY_PATTERN": "_8XXX",
}


@pytest.mark.parametrize(
    ("extension", "step"),
    [
        ("100", "Answer"),
        ("199", "pattern"),
        ("131", "closer"),
        ("+49", "widest"),
        ("5", "widest"),
        ("*531", "star"),
        ("*53123", "star"),
        ("tell-NOANSWER", "Hangup"),
        ("tell-BUSY", "Wait"),
        ("abc", None),
        ("", None),
    ],
)
def test_the_closest_extension_is_found(extension: str, step: str | None) -> None:
    found = Dialplan(TEXT).step(Location("one", extension))
    assert (found is None) == (step is None)
    assert found is None or step in (found.name, found.data)


def test_priorities_count_on_and_labels_name_them() -> None:
    plan = Dialplan(TEXT)
    assert plan.step(Location("one", "100", 2)) == Application("Playback", "a,b")
    assert plan.step(Location("one", "100", 7)) == Application("NoOp", "with ; in it")
    assert plan.resolve("again", Location("one", "100", 8)) == Location("one", "100", 2)
    assert plan.resolve("100,again", Location("one", "x")) == Location("one", "100", 2)
    assert plan.resolve("two,s,1", Location("one", "x")) == Location("two", "s", 1)
    assert plan.resolve("nowhere", Location("one", "100")) is None
    assert plan.globals == {"URL": "agi://127.0.0.1/x"}


@pytest.mark.parametrize("line", ["same => n,NoOp()", "exten => s,first,NoOp()", "nonsense"])
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(DialplanError):
        Dialplan(f"[one]\n{line}\n")


def test_the_dialplan_that_is_played_is_the_deployed_one() -> None:
    assert DEPLOYED.is_symlink()
    assert DEPLOYED.resolve().parts[-4:] == ("deploy", "asterisk", "etc", "extensions.conf")
    plan = deployed(VALUES)
    assert plan.globals == {"AGI_URL": "agi://127.0.0.1:4573", "AGI_TOKEN": "t"}
    for context in ("acd-entry", "acd-wait", "acd-leg", "acd-talked", "acd-hold", "acd-keep", "acd-add", "acd-dial"):
        assert context in plan.contexts


def test_every_application_and_target_of_the_deployed_dialplan_is_known() -> None:
    plan = deployed(VALUES)
    unknown = set()
    for context, extensions in plan.contexts.items():
        for extension in extensions:
            for priority, step in extension.steps.items():
                if step.name.lower() not in {*APPLICATIONS, "return"}:
                    unknown.add(step.name)
                if step.name == "Goto" and "$" not in step.data:
                    target = plan.resolve(step.data, Location(context, extension.name, priority))
                    assert target is not None
                    assert plan.step(target) is not None, step
    assert unknown == {"ConfBridge"}  # meetings: Cordboard's own calls never use them
