"""Changes of settings: the file leads until the first, each is checked like a file, audited, and can be taken back."""

from pathlib import Path
from typing import Any

import pytest

from config.administered import ItemChange
from config.fields import MASK
from config.load import load, read_administered
from cti_bridge.app.leading import examine_leading, load_leading
from cti_bridge.app.settings_changes import (
    ChangedSinceError,
    Edit,
    EditedMeanwhile,
    NotThereError,
    SettingsChanges,
    SettingsRefused,
)
from storage.audit import AuditLog
from storage.journal import Journal, open_journal
from storage.settings_revisions import OvertakenError

FLOW = """\
flow: main
title: Main menu
languages: [en]
start: begin
nodes:
  begin: {type: queue, queue: orders}
"""
SITE = """\
home: {home}
site: {{time_zone: Europe/Berlin}}
flows: [flows]
skills: {{sales: Selling, english: Speaks English}}
teams: {{north: {{}}}}
queues:
  orders: {{requires: sales>=2, ring_s: 20}}
  help: {{}}
agents:
  ann: {{phone: 1001, skills: {{sales: 5}}, pin: "4711"}}
  bob: {{phone: "1002", skills: {{sales: 1}}}}
entry_points: {{"8000": {{flow: main}}}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "main.yaml").write_text(FLOW)
    file = tmp_path / "cordboard.yaml"
    file.write_text(SITE.format(home=tmp_path))
    return file


@pytest.fixture
def journal(site: Path) -> Any:
    with open_journal(site.parent / "journal.sqlite3") as opened:
        yield opened


@pytest.fixture
def changes(site: Path, journal: Journal) -> SettingsChanges:
    return SettingsChanges(journal, site, {})


def put(changes: SettingsChanges, section: str, name: str, document: Any, **more: Any) -> Any:
    shown = changes.present().shown(section, name)
    edit = Edit(
        change=ItemChange(section=section, name=name, document=document), match=None if shown is None else shown.etag
    )
    return changes.change([edit], at=1, by="dana", **more)


def mistakes(refused: pytest.ExceptionInfo[SettingsRefused]) -> list[str]:
    return [f"{problem.key}: {problem.message}" for problem in refused.value.problems]


def test_the_file_leads_until_the_first_change_and_then_the_database(site: Path, changes: SettingsChanges) -> None:
    assert changes.present().number == 0
    assert load_leading(site, {}) == load(site, {})
    kept = put(changes, "queues", "orders", {"requires": "sales>=3"}, comment="harder")
    assert (kept.revision.number, kept.revision.changed) == (2, (("queues", "orders"),))
    assert kept.settings.queues["orders"].requires == "sales>=3"
    settings = load_leading(site, {})
    assert settings == kept.settings
    assert settings.agents["ann"].phone == "1001", "the seed holds what the file meant"
    site.write_text(SITE.format(home=site.parent).replace("Europe/Berlin", "Asia/Tokyo").replace("help", "care"))
    settings = load_leading(site, {"CORDBOARD_QUEUES__HELP__RING_S": "3"})
    assert settings.site.time_zone == "Asia/Tokyo", "the file leads in everything else"
    assert list(settings.queues) == ["orders", "help"]
    assert settings.queues["help"].ring_s == 3


def test_a_file_that_was_changed_in_vain_is_told(site: Path, changes: SettingsChanges) -> None:
    assert examine_leading(site, {}).notes == ()
    put(changes, "queues", "orders", {"ring_s": 5})
    assert len(examine_leading(site, {}).notes) == 1, "the file is as it was taken in: nobody expects anything of it"
    text = SITE.format(home=site.parent)
    site.write_text(text.replace("help: {}", "help: {ring_s: 7}"))
    (_, told) = examine_leading(site, {}).notes
    assert "queues.help" in told
    assert "queues.orders" not in told
    assert "cordboard config import" in told
    changes.take_in(read_administered(site.read_text(), str(site)), at=2, by="dana", origin="file")
    assert len(examine_leading(site, {}).notes) == 1
    assert load_leading(site, {}).queues["help"].ring_s == 7


def test_mistakes_are_those_of_a_file_and_change_nothing(changes: SettingsChanges, journal: Journal) -> None:
    cases: list[tuple[str, str, Any, str]] = [
        ("queues", "orders", {"requires": "klingon"}, "queues.orders.requires: there is no skill 'klingon'"),
        ("queues", "orders", {"ring_s": 0}, "queues.orders.ring_s: has to be above 0"),
        ("queues", "orders", {"rings": 1}, "queues.orders.rings: is not known"),
        ("queues", "orders", None, "nodes.begin.queue: there is no queue 'orders'"),
        ("agents", "a b", {"phone": "1"}, "agents.a b: a name is letters"),
        ("agents", "eve", {"phone": "1001"}, "agents.eve.phone: is the phone of ann too"),
        ("agents", "eve", "x", "agents.eve: has to be a mapping"),
        ("agents", "eve", {"phone": 7}, "agents.eve.phone: has to be a text"),
        (
            "agents",
            "bob",
            {"phone": "1002", "without_queues": ["hlep"]},
            "there is no queue 'hlep'; did you mean help?",
        ),
        (
            "agents",
            "bob",
            {"phone": "1002", "without_queues": ["help"], "extra_queues": ["orders", "help"]},
            "agents.bob.extra_queues[1]: queue 'help' is among without_queues too: an agent is either put into a queue",
        ),
        ("users", "eve", {"agent": "zoe"}, "users.eve.agent: there is no agent 'zoe'"),
        ("entry_points", "8000", {"flow": "mian"}, "entry_points.8000.flow: there is no flow 'mian'"),
        ("skills", "sales", None, "there is no skill 'sales'"),
        ("routing", "", {"contact_order": "random"}, "routing.contact_order: has to be one of"),
        ("alarms", "", [1], "alarms: has to be a mapping"),
        (
            "queues",
            "help",
            {"relaxation": [{"after_s": 30, "drop": ["sales"]}, {"after_s": 20, "drop": ["english"]}]},
            "queues.help.relaxation[1].after_s: is not later than the step before it",
        ),
    ]
    for section, name, document, expected in cases:
        with pytest.raises(SettingsRefused) as refused:
            put(changes, section, name, document)
        assert any(expected in mistake for mistake in mistakes(refused)), (section, name, mistakes(refused))
    assert changes.present().number == 0
    assert AuditLog(journal).changes() == []


def test_only_who_sits_at_the_machine_may_name_its_files(
    site: Path, journal: Journal, changes: SettingsChanges
) -> None:
    (site.parent / "pin").write_text("1234\n")
    named = {"phone": "1001", "skills": {"sales": 5}, "pin_file": str(site.parent / "pin")}
    with pytest.raises(SettingsRefused) as refused:
        put(changes, "agents", "ann", named)
    assert [mistake.split(":")[0] for mistake in mistakes(refused)] == ["agents.ann.pin_file"]
    with pytest.raises(SettingsRefused, match="names a file"):
        changes.take_in(read_administered(f"agents: {{ann: {{phone: '1', pin_file: {site}}}}}", "x"), at=1, by="eve")
    beside = SettingsChanges(journal, site, {}, may_name_files=True)
    put(beside, "agents", "ann", named)
    kept = put(changes, "agents", "ann", {**named, "name": "Ann"})
    assert kept.settings.agents["ann"].pin.get_secret_value() == "1234", "what the file or the machine named stays"


def test_the_last_queue_cannot_go(site: Path, changes: SettingsChanges) -> None:
    (site.parent / "flows" / "main.yaml").unlink()
    site.write_text("home: .\nqueues: {only: {}}\n")
    with pytest.raises(SettingsRefused, match="the last queue cannot go"):
        put(changes, "queues", "only", None)


def test_a_flow_that_broke_meanwhile_does_not_stand_in_the_way(site: Path, changes: SettingsChanges) -> None:
    (site.parent / "flows" / "main.yaml").write_text(FLOW.replace("orders", "odrers"))
    assert put(changes, "queues", "help", {"ring_s": 3}).revision.number == 2
    with pytest.raises(SettingsRefused) as refused:
        put(changes, "queues", "help", {"ring_s": -3})
    assert mistakes(refused) == ["queues.help.ring_s: has to be above 0"]
    assert put(changes, "queues", "third", {"ring_s": 3}).revision.number == 3, "there are other queues now"


def test_who_edits_what_somebody_else_changed_is_refused_with_how_it_is(changes: SettingsChanges) -> None:
    read = changes.present().shown("queues", "orders")
    assert read is not None
    put(changes, "queues", "orders", {"ring_s": 5})
    mine = Edit(change=ItemChange(section="queues", name="orders", document={"ring_s": 6}), match=read.etag)
    other = Edit(change=ItemChange(section="queues", name="help", document={"ring_s": 6}), anyhow=True)
    with pytest.raises(EditedMeanwhile) as refused:
        changes.change([other, mine], at=1, by="eve")
    assert refused.value.present == {"ring_s": 5}
    fresh = changes.present().shown("queues", "orders")
    assert fresh is not None
    assert refused.value.etag == fresh.etag
    assert changes.present().shown("queues", "help").document == {}  # type: ignore[union-attr]
    new = Edit(change=ItemChange(section="queues", name="orders", document={}), match=None)
    with pytest.raises(EditedMeanwhile):
        changes.change([new], at=1, by="eve")
    gone = Edit(change=ItemChange(section="queues", name="gone", document={}), match=read.etag)
    with pytest.raises(EditedMeanwhile, match=r"queues\.gone is not there"):
        changes.change([gone], at=1, by="eve")


def test_several_items_are_one_change_and_one_undo(changes: SettingsChanges) -> None:
    edits = [
        Edit(
            change=ItemChange(section="agents", name=name, document={"phone": phone, "skills": {"sales": 3}}),
            anyhow=True,
        )
        for name, phone in (("ann", "1002"), ("bob", "1001"))
    ]
    kept = changes.change(edits, at=1, by="dana", comment="they swap desks")
    assert kept.revision is not None
    assert set(kept.revision.changed) == {("agents", "ann"), ("agents", "bob")}
    put(changes, "queues", "help", {"ring_s": 9})
    back = changes.undo(kept.revision.number, at=3, by="eve")
    assert back.revision is not None
    assert back.revision.undoes == kept.revision.number
    assert back.settings.agents["ann"].skills == {"sales": 5}
    assert back.settings.queues["help"].ring_s == 9, "the later change stands"
    again = changes.undo(back.revision.number, at=4, by="eve")
    assert again.settings.agents["ann"].phone == "1002", "an undo is undone like any change"


def test_what_cannot_be_undone_says_why(changes: SettingsChanges) -> None:
    with pytest.raises(NotThereError, match="revision 1 is not there"):
        changes.undo(1, at=1, by="dana")
    put(changes, "queues", "orders", {"ring_s": 5})
    with pytest.raises(NotThereError, match="took over"):
        changes.undo(1, at=1, by="dana")
    put(changes, "queues", "orders", {"ring_s": 6})
    with pytest.raises(ChangedSinceError, match=r"queues\.orders: changed again after revision 2"):
        changes.undo(2, at=1, by="dana")
    put(changes, "skills", "german", "Spricht Deutsch")
    put(changes, "agents", "bob", {"phone": "1002", "skills": {"german": 4}})
    with pytest.raises(SettingsRefused, match="there is no skill 'german'"):
        changes.undo(4, at=1, by="dana")


def test_every_change_is_audited_and_no_secret_is(changes: SettingsChanges, journal: Journal) -> None:
    put(changes, "agents", "ann", {"phone": "1001", "pin": "9999"})
    put(changes, "agents", "ann", {"phone": "1003", "pin": MASK})
    put(changes, "agents", "ann", None)
    assert changes.revisions.revision(3)[1]["agents"]["ann"] == {"phone": "1003", "pin": "9999"}  # type: ignore[index]
    told = [
        (one.change.action, one.change.key, one.change.before, one.change.after) for one in AuditLog(journal).changes()
    ]
    assert told == [
        ("removed", "ann", {"phone": "1003", "pin": MASK}, None),
        ("changed", "ann", {"phone": "1001", "pin": MASK}, {"phone": "1003", "pin": MASK}),
        ("changed", "ann", {"phone": "1001", "skills": {"sales": 5}, "pin": MASK}, {"phone": "1001", "pin": MASK}),
    ]
    assert "4711" not in repr(changes.revision(2))
    assert "9999" not in repr(changes.revision(3))
    assert "9999" not in changes.present().yaml()


def test_a_change_that_changes_nothing_is_no_revision(changes: SettingsChanges) -> None:
    kept = put(changes, "queues", "help", {})
    assert kept.revision is None
    assert changes.present().number == 0


def test_a_change_that_was_overtaken_is_made_on_top_of_the_other(
    changes: SettingsChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = changes.revisions.add
    overtaken: list[bool] = []

    def slow(*arguments: Any, **more: Any) -> None:
        if not overtaken:
            overtaken.append(True)
            put(changes, "queues", "help", {"ring_s": 8})
        add(*arguments, **more)

    monkeypatch.setattr(changes.revisions, "add", slow)
    kept = put(changes, "queues", "orders", {"ring_s": 5})
    assert kept.revision.number == 3
    assert (kept.settings.queues["orders"].ring_s, kept.settings.queues["help"].ring_s) == (5, 8)

    def always(*_: Any, **_more: Any) -> None:
        raise OvertakenError("always")

    monkeypatch.setattr(changes.revisions, "add", always)
    with pytest.raises(OvertakenError):
        put(changes, "queues", "orders", {"ring_s": 6})


def test_an_import_replaces_the_sections_that_it_has_and_tells_lines(changes: SettingsChanges) -> None:
    part = read_administered('queues:\n  orders: {ring_s: 4}\n  night: {requires: "sales>=9"}\n', "part.yaml")
    kept = changes.take_in(part, at=1, by="dana")
    assert list(kept.settings.queues) == ["orders", "night"]
    assert list(kept.settings.agents) == ["ann", "bob"]
    wrong = read_administered("queues:\n  orders: {ring_s: 4, requires: klingon}\n", "part.yaml")
    with pytest.raises(SettingsRefused) as refused:
        changes.take_in(wrong, at=1, by="dana")
    (told,) = map(str, refused.value.problems)
    assert told.startswith("part.yaml:2:23: queues.orders.requires: there is no skill 'klingon'; add it to skills")


def test_queues_of_an_agent_go_through_a_file_and_hold_the_queue(changes: SettingsChanges) -> None:
    bob = {"phone": "1002", "skills": {"sales": 1}, "without_queues": ["help"], "extra_queues": ["orders"]}
    put(changes, "agents", "bob", bob)
    assert changes.take_in(read_administered(changes.present().yaml(), "export.yaml"), at=2, by="dana").revision is None
    assert changes.present().document["agents"]["bob"] == bob
    with pytest.raises(SettingsRefused) as refused:
        put(changes, "queues", "help", None)
    assert mistakes(refused) == [
        "agents.bob.without_queues[0]: there is no queue 'help'; add it to queues, or use one of: orders"
    ]
    kept = changes.undo(2, at=3, by="dana")
    assert "extra_queues" not in changes.present().document["agents"]["bob"]
    assert kept.settings.agents["bob"].without_queues == ()


def test_an_export_imported_changes_nothing(changes: SettingsChanges) -> None:
    put(changes, "alarms", "", {"longest_wait_s": 61})
    kept = changes.take_in(read_administered(changes.present().yaml(), "export.yaml"), at=2, by="dana")
    assert kept.revision is None
    changes.take_in(read_administered(changes.present().yaml().replace("1001", "1005"), "e.yaml"), at=2, by="dana")
    assert changes.present().document["agents"]["ann"] == {"phone": "1005", "skills": {"sales": 5}, "pin": "4711"}
