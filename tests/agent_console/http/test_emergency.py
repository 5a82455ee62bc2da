"""The emergency switch of a dialled number, over HTTP: thrown, told, put back, with a trail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent_console.site import Browser, Site, opened

ENTRIES = {
    "8000": {"title": "Main", "flow": "demo", "queue": "front", "emergency": "demo"},
    "8001": {"title": "Support", "flow": "demo", "queue": "support", "emergency": "demo"},
    "8002": {"title": "Without", "flow": "demo", "queue": "front"},
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path, {"entry_points": ENTRIES}) as found:
        yield found


def state(browser: Browser, number: str) -> tuple[bool, str | None]:
    found = {one["number"]: one for one in browser.get("/entry-points").json()["items"]}[number]
    return found["emergency"], found["emergency_by"]


def test_it_is_thrown_told_and_put_back_with_a_trail(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    [told] = nora.post("/entry-points/8000/emergency").json()["items"]
    assert (told["emergency"], told["emergency_by"], told["emergency_flow"]) == (True, "nora", "demo")
    assert state(root, "8000") == (True, "nora")
    assert state(root, "8001") == (False, None)
    again = nora.post("/entry-points/8000/emergency")
    assert (again.status_code, again.json()["error_id"]) == (409, "state_changed")
    assert again.json()["present"]["items"] == [told]
    assert nora.post("/entry-points/8000/normal").json()["items"][0]["emergency"] is False
    assert nora.post("/entry-points/8000/normal").status_code == 409
    trail = root.get("/audit?resource=entry_point").json()["items"]
    assert [(one["action"], one["actor"], one["key"]) for one in trail] == [
        ("emergency_put_back", "nora", "8000"),
        ("emergency_thrown", "nora", "8000"),
    ]


def test_numbers_of_other_teams_without_switch_or_unknown_are_not_switched(site: Site) -> None:
    nora = site.signed_in("nora")
    assert nora.post("/entry-points/8001/emergency").status_code == 403
    without = nora.post("/entry-points/8002/emergency")
    assert without.status_code == 409
    assert "emergency: FLOW" in without.json()["detail"]
    assert nora.post("/entry-points/9999/emergency").status_code == 404
    assert site.signed_in("anna").post("/entry-points/8000/emergency").status_code == 403


def test_all_at_once_is_for_administrators(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    assert nora.post("/entry-points/*/emergency").status_code == 403
    told = {one["number"]: one["emergency"] for one in root.post("/entry-points/*/emergency").json()["items"]}
    assert told == {"8000": True, "8001": True, "8002": False}
    refused = nora.post("/entry-points/8000/normal")
    assert refused.status_code == 409
    assert "put back *" in refused.json()["detail"]
    assert root.post("/entry-points/*/normal").status_code == 200
    assert state(root, "8001") == (False, None)
