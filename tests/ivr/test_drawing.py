"""The picture of a flow: everything is in it, boxes do not overlap, numbers are those of the journal."""

import itertools
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.drawing import draw
from ivr.layout import BOX_HEIGHT, BOX_WIDTH, arrange
from ivr.loader import SHIPPED, load_shipped
from ivr.script_runner import run_files
from ivr.traffic import Traffic, all_edges
from tests.ivr.flows_for_tests import flows_of

SVG = "{http://www.w3.org/2000/svg}"
FLOWS = load_shipped()


def groups(picture: str, kind: str) -> list[str]:
    return [g.attrib[kind] for g in ET.fromstring(picture).iter(f"{SVG}g") if kind in g.attrib]


def texts(picture: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_every_node_and_edge_is_drawn(name: str) -> None:
    flow = FLOWS[name]
    picture = draw(flow)
    assert set(flow.file.nodes) <= set(groups(picture, "data-node"))
    drawn = [line.split() for line in groups(picture, "data-edge")]
    assert {(source, edge) for source, *edges in drawn for edge in edges} == {(n, e) for _, n, e in all_edges(flow)}


def test_numbers_are_written_in() -> None:
    traffic = Traffic()
    for outcome in run_files([SHIPPED / "demo.calls.yaml"]).outcomes:
        traffic.add_all(outcome.facts)
    told = texts(draw(FLOWS["demo"], traffic))
    calls = traffic.begun["demo"]
    assert f"say · {calls}" in told
    assert f"sales · {traffic.edges['demo', 'main_menu', 'sales']}" in told
    merged = "".join(
        f"{edge} · {traffic.edges['demo', 'main_menu', edge]}" for edge in ("support", "no_input", "no_match")
    )
    assert merged in told
    assert any(text.startswith("menu · ") and "left 1 (" in text for text in told)
    assert any(f"{calls} times" in text for text in told)
    assert not any("·" in text for text in texts(draw(FLOWS["demo"])))


def test_a_large_flow_is_drawn_in_seconds(tmp_path: Path) -> None:
    nodes = "".join(
        f"  n{i}: {{type: branch, cases: [{{when: language == 'en', next: end}}], otherwise: n{i + 1}}}\n"
        for i in range(150)
    )
    text = f"flow: f\nstart: n0\nnodes:\n{nodes}  n150: {{type: hang_up}}\n  end: {{type: hang_up}}\n"
    flow = flows_of(tmp_path, text)["f"]
    began = time.process_time()
    assert len(groups(draw(flow), "data-node")) == 152
    assert time.process_time() - began < 5


NAMES = [f"n{number}" for number in range(9)]
WAYS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=24)


@given(WAYS)
@settings(deadline=None, max_examples=150)
def test_any_graph_is_laid_out_without_overlaps(ways: list[tuple[str, str]]) -> None:
    layout = arrange(NAMES, ways, ["n0"])
    assert set(layout.boxes) == set(NAMES)
    for (x1, y1), (x2, y2) in itertools.combinations(layout.boxes.values(), 2):
        assert abs(x1 - x2) >= BOX_WIDTH or abs(y1 - y2) >= BOX_HEIGHT
    assert set(layout.lines) == {way for way in ways if way[0] != way[1]}
    for (source, target), points in layout.lines.items():
        for name, (x, y) in ((source, points[0]), (target, points[-1])):
            left, top = layout.boxes[name]
            assert left <= x <= left + BOX_WIDTH
            assert y in (top, top + BOX_HEIGHT)
    for way, points in layout.lines.items():
        for name in set(NAMES) - set(way):
            left, top = layout.boxes[name]
            lanes = [
                x
                for (x, y), (x2, y2) in itertools.pairwise(points)
                if x == x2 and min(y, y2) == top and max(y, y2) == top + BOX_HEIGHT
            ]
            assert all(not left < x < left + BOX_WIDTH for x in lanes)


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_no_label_covers_a_box_or_another_label(name: str) -> None:
    rects = [rect.attrib for rect in ET.fromstring(draw(FLOWS[name])).iter(f"{SVG}rect") if "x" in rect.attrib]
    rooms = [
        (float(r["x"]), float(r["y"]), float(r["x"]) + float(r["width"]), float(r["y"]) + float(r["height"]))
        for r in rects
    ]
    assert len(rooms) > len(FLOWS[name].file.nodes)
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in itertools.combinations(rooms, 2):
        assert right - 1 <= left2 or right2 - 1 <= left or bottom - 1 <= top2 or bottom2 - 1 <= top
