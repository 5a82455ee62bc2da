"""A drawing in 简体中文 has no word of English but what people wrote in the flow file, and all of it fits."""

import re
import types
import typing
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ivr.drawing import BOX_ROOM, draw
from ivr.drawing_words import CHINESE, ENGLISH, NAMED_BY_PEOPLE
from ivr.edges import edges_from_anywhere, edges_of
from ivr.flow import Flow, FlowFile, HangUp, Node, NodeRef, QueueExit, Say
from ivr.label_places import CHARACTER, Label, letters
from ivr.layout import BOX_WIDTH
from ivr.loader import load_with_shipped
from ivr.traffic import Traffic, all_edges

SVG = "{http://www.w3.org/2000/svg}"
DOCUMENTED = Path(__file__).parents[2] / "docs" / "flows"
FLOWS = load_with_shipped([path for path in sorted(DOCUMENTED.glob("*.yaml")) if ".calls." not in path.name])
ENGLISH_WORD = re.compile(r"[A-Za-z][\w-]*\w", re.ASCII)
HAN = re.compile(r"[\u4e00-\u9fff]")
LISTS = {"choices", "cases", "results", "exits"}


def busy(flow: Flow) -> Traffic:
    """Callers everywhere, of whom some hung up and some were served."""
    traffic = Traffic()
    places = [(flow.name, node) for node in flow.file.nodes]
    traffic.nodes = Counter(dict.fromkeys(places, 12345))
    traffic.left = traffic.contained = Counter(dict.fromkeys(places, 1234))
    traffic.edges = Counter(dict.fromkeys(all_edges(flow), 10))
    traffic.begun = Counter({flow.name: 12345})
    return traffic


def texts(picture: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(f"{SVG}text"))


def written_by_people(flow: Flow) -> set[str]:
    named = {
        edge.name for node in flow.file.nodes.values() for edge in edges_of(node) if edge.path[0] in NAMED_BY_PEOPLE
    }
    title = ENGLISH_WORD.findall(CHINESE.title(flow.file.title or flow.name))
    return {*flow.file.nodes, *named, *title}


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_nothing_is_english_in_chinese(name: str) -> None:
    flow = FLOWS[name]
    for traffic in (None, busy(flow)):
        picture = draw(flow, traffic, CHINESE)
        drawn = "\n".join("\n".join(text.itertext()) for text in texts(picture))
        drawn = drawn.replace(flow.version, "")
        assert set(ENGLISH_WORD.findall(drawn)) <= {*written_by_people(flow), *(n[:21] for n in flow.file.nodes)}
        assert len(HAN.findall(drawn)) > len(flow.file.nodes)
        assert drawn.count("\n") > 2


def test_each_kind_of_node_and_edge_has_its_word() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in typing.get_args(Node)}
    assert len(kinds) == 15
    assert kinds == set(CHINESE.kinds)
    edges = {
        field.name
        for part in (*typing.get_args(Node), FlowFile)
        for field in msgspec.structs.fields(part)
        if leads(field.type)
    }
    edges |= {"ask", *typing.get_args(QueueExit)}
    assert {"next", "no_input", "after_talk", "escape"} < edges
    assert edges - {"start"} == set(CHINESE.edges)
    drawn = {
        edge.name
        for flow in FLOWS.values()
        for node in flow.file.nodes.values()
        for edge in (*edges_of(node), *edges_from_anywhere(flow.file))
        if edge.path[0] not in LISTS
    }
    assert drawn <= set(CHINESE.edges)
    for word in (*CHINESE.kinds.values(), *CHINESE.edges.values()):
        assert HAN.search(word), word
        assert not ENGLISH_WORD.search(word), word


def leads(kind: Any) -> bool:
    """Whether a field of this type holds where to go: a node's name, or a part that has one."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return any(map(leads, typing.get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return any(leads(field.type) for field in msgspec.structs.fields(kind))
    return bool(kind == NodeRef)


def test_names_that_people_gave_stay_though_they_are_words_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(
        "flow: f\ntitle: Customer service\nstart: menu\nprompts: {p: {en: Choose.}}\nnodes:\n"
        "  menu: {type: menu, prompts: [p], no_input: {next: say}, no_match: {next: say},\n"
        "    choices: [{name: next, key: 1, next: queue}, {name: no, key: 2, next: menu}]}\n"
        "  queue: {type: hang_up}\n  say: {type: hang_up}\n"
    )
    (flow,) = load_with_shipped([path]).values()
    drawn = ["".join(text.itertext()) for text in texts(draw(flow, None, CHINESE))]
    assert {"next", "no", "menu", "queue", "say", "菜单", "挂断"} <= set(drawn)
    assert drawn[0] == f"客户服务版本 {flow.version}"


def test_chinese_letters_are_twice_as_wide() -> None:
    assert letters("ab") == letters("队") == 2
    assert Label(rows=("队列", "abc"), points=()).width == 4 * CHARACTER


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_all_that_is_in_a_box_fits(words: Any) -> None:
    node = HangUp(served=True)
    long = "客户服务热线第一层主菜单节点名称很长"
    file = FlowFile(flow="f", start=long, nodes={long: Say(prompts=(), next="x" * 60), "x" * 60: node}, title=long)
    flow = Flow(name="f", version="0" * 12, file=file, catalogue={})
    root = ET.fromstring(draw(flow, busy(flow), words))
    boxes = [group for group in root.iter(f"{SVG}g") if "data-node" in group.attrib]
    assert len(boxes) == 2
    for box in boxes:
        name, under = ("".join(text.itertext()) for text in box.iter(f"{SVG}text"))
        assert name.endswith("…")
        assert 7 * letters(name) < BOX_WIDTH
        told = list(box.iter(f"{SVG}text"))[1]
        fitted = float(told.attrib.get("textLength", CHARACTER * letters(under)))
        assert fitted <= BOX_ROOM < BOX_WIDTH
    assert float(root.attrib["width"]) > 32 + 7 * letters(long)
