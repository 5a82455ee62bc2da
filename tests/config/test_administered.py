"""Documents of administered settings: changes, taking them back, what may be shown, and the way through YAML."""

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.administered import (
    ItemChange,
    UnknownSection,
    changed,
    differences,
    etag,
    item,
    masked,
    sections_of,
    undone,
    unmasked,
)
from config.fields import MASK
from config.load import examine, read_administered

CENTRE: dict[str, Any] = {
    "skills": {"english": "Speaks English", "sales": ""},
    "agents": {"ann": {"phone": "1001", "pin": "4711", "skills": {"sales": 5}}, "bob": {"phone": "1002"}},
    "queues": {"orders": {"requires": "sales>=2"}, "help": {}},
    "routing": {"contact_order": "ageing"},
}


def set_to(section: str, name: str, document: Any) -> ItemChange:
    return ItemChange(section=section, name=name, document=document)


def test_a_changed_item_keeps_its_place_and_a_new_one_comes_last() -> None:
    before = copy.deepcopy(CENTRE)
    after = changed(
        CENTRE,
        [
            set_to("queues", "orders", {"ring_s": 9}),
            set_to("queues", "night", {}),
            set_to("agents", "ann", None),
            ItemChange(section="routing", document=None),
            ItemChange(section="alarms", document={"longest_wait_s": 60}),
        ],
    )
    assert list(after["queues"].items()) == [("orders", {"ring_s": 9}), ("help", {}), ("night", {})]
    assert list(after["agents"]) == ["bob"]
    assert "routing" not in after
    assert after["alarms"] == {"longest_wait_s": 60}
    assert before == CENTRE, "nothing is changed in place"
    told = [(one.action, one.key) for one in differences(CENTRE, after)]
    assert told == [
        ("removed", "agents.ann"),
        ("changed", "queues.orders"),
        ("made", "queues.night"),
        ("removed", "routing"),
        ("made", "alarms"),
    ]


def test_what_is_not_administered_is_refused_by_name() -> None:
    for section in ("database", "web", ""):
        with pytest.raises(UnknownSection, match="settings file"):
            changed(CENTRE, [set_to(section, "x", {})])


names = st.sampled_from(["a", "b", "c", "d"])
values = st.none() | st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 3), max_size=2)
changes = st.lists(
    st.builds(set_to, st.sampled_from(["skills", "queues", "agents"]), names, values)
    | st.builds(lambda document: ItemChange(section="alarms", document=document), values),
    max_size=6,
)


@given(changes, changes, changes)
def test_undoing_the_last_change_gives_back_what_was_and_an_earlier_one_keeps_the_later(
    first: list[ItemChange], second: list[ItemChange], third: list[ItemChange]
) -> None:
    one = changed({}, first)
    two = changed(one, second)
    back, again = undone(two, one, two)
    assert back == one
    assert again == ()
    assert [list(back.get(name, {})) for name in ("skills", "queues")] == [
        list(one.get(name, {})) for name in ("skills", "queues")
    ], "in the order of before"
    three = changed(two, third)
    back, again = undone(three, one, two)
    touched = {(change.section, change.name) for change in differences(two, three)}
    mine = {(change.section, change.name) for change in differences(one, two)}
    assert {(change.section, change.name) for change in again} == touched & mine
    if not again:
        for section, name in touched | mine:
            wanted = item(one if (section, name) in mine else three, section, name)
            assert item(back, section, name) == wanted


def test_secrets_are_stars_and_stars_mean_as_it_was() -> None:
    shown = masked(CENTRE)
    assert shown["agents"]["ann"] == {"phone": "1001", "pin": MASK, "skills": {"sales": 5}}
    assert CENTRE["agents"]["ann"]["pin"] == "4711"
    shown["agents"]["ann"]["phone"] = "1009"
    shown["agents"]["eve"] = {"phone": "1003", "pin": MASK}
    taken = unmasked(shown, CENTRE)
    assert taken["agents"]["ann"] == {"phone": "1009", "pin": "4711", "skills": {"sales": 5}}
    assert taken["agents"]["eve"] == {"phone": "1003"}, "there was no secret to keep"


def test_stars_are_no_secret_in_a_settings_file_and_may_be_taken_in(tmp_path: Any) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(f'agents: {{ann: {{phone: "1", pin: "{MASK}"}}}}')
    assert [problem.key for problem in examine(file, {}).problems] == ["agents.ann.pin"]
    assert read_administered(file.read_text(), "f").problems == ()


def test_an_etag_tells_documents_apart_and_not_their_order() -> None:
    assert etag({"a": 1, "b": [1, 2]}) == etag({"b": [1, 2], "a": 1})
    assert etag({"a": 1}) != etag({"a": "1"}) != etag({"a": [1]})


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    ["no", "1e3", "0x10", "18:30", "2025-12-24", "~", "null", "=", "- a", "a: b", "#x", "'", '"', " x ", "1_000"]
)


@given(st.dictionaries(st.sampled_from(["english", "sales", "x1"]), words), words)
def test_texts_survive_the_way_through_a_file(skills: dict[str, str], title: str) -> None:
    document = {"skills": skills, "teams": {"north": {"title": title}}, "reasons": {"no": {"title": title}}}
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    said = read_administered(text, "export.yaml")
    assert said.problems == ()
    assert said.administered == sections_of(document)


def test_the_administered_document_stands_for_its_sections_of_the_file(tmp_path: Any) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("site: {name: File}\nqueues: {old: {ring_s: wrong}, old: {}}\nagents: {ann: {}}\nweb: {prot: 1}\n")
    found = examine(file, {"CORDBOARD_QUEUES__ORDERS__RING_S": "7"}, {**CENTRE, "agents": {"ann": {"phone": "a,b"}}})
    assert found.settings.site.name == "File"
    assert list(found.settings.queues) == ["orders", "help"]
    assert found.settings.queues["orders"].ring_s == 7, "a variable has the last word"
    assert {(problem.file, problem.line, problem.key) for problem in found.problems} == {
        ("database", 0, "agents.ann.phone"),
        (str(file), 4, "web.prot"),
    }, "the file's own mistakes in what it does not lead in are not told"


def test_a_mistake_in_an_import_has_its_line(tmp_path: Any) -> None:
    said = read_administered("queues:\n  orders: {requires: klingon}\n", "import.yaml")
    found = examine(None, {}, {**CENTRE, **said.administered}, said.source)
    assert [(one.file, one.line, one.key) for one in found.problems] == [("import.yaml", 2, "queues.orders.requires")]
