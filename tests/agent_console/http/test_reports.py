"""Reports over HTTP: the command line's figures, what stands behind them, and no team's but one's own."""

import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it has no types of its own
import pytest

from tests.agent_console.site import Browser, Site, opened

DAY = {"from": "2027-01-15", "to": "2027-01-16"}


def query(**more: str) -> str:
    return "&".join(f"{name}={value}" for name, value in {**DAY, **more}.items())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Anna and Bruno each take a call of their team's queue; one more caller waits in each."""
    with opened(tmp_path_factory.mktemp("site")) as found:
        found.ready("anna", "bruno")
        for number, queue in ((1, "sales"), (2, "support")):
            contact = found.caller(number, queue)
            found.passes(6)
            found.answer(contact)
        for number, queue in ((3, "sales"), (4, "support")):
            found.caller(number, queue)
        found.passes(60)
        found.daemon.written()
        yield found


@pytest.fixture(scope="module")
def root(site: Site) -> Browser:
    return site.signed_in("root")


@pytest.fixture(scope="module")
def nora(site: Site) -> Browser:
    return site.signed_in("nora")


def rows(browser: Browser, path: str) -> dict[Any, dict[str, Any]]:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return {tuple(row["slice"].values()): row["figures"] for row in answer.json()["rows"]}


def test_a_report_is_the_same_as_the_command_lines(site: Site, root: Browser) -> None:
    answer = root.get(f"/reports?{query(by='queue', figures='offered,answered,service_level')}").json()
    assert answer["by"] == ["queue"]
    assert answer["range"]["from"].startswith("2027-01-15T00:00")
    assert answer["range"]["time_zone"] == "Europe/Berlin"
    by_queue = {row["slice"]["queue"]: row["figures"] for row in answer["rows"]}
    assert {name: (f["offered"]["value"], f["answered"]["value"]) for name, f in by_queue.items()} == {
        "sales": (2, 1),
        "support": (2, 1),
    }
    level = by_queue["sales"]["service_level"]
    assert (level["numerator"], level["formula"]) == (1, "SL3")
    assert answer["definitions"]["service_level"]["unit"]
    assert answer["total"]["figures"]["offered"]["value"] == 4


@pytest.mark.parametrize("form", ["csv", "xlsx", "html", "json"])
def test_a_report_is_had_as_a_file(root: Browser, form: str) -> None:
    answer = root.get(f"/reports/export?{query(by='queue', figures='offered', format=form)}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="summary.{form}"'
    if form == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    else:
        assert "support" in answer.text


def test_a_file_is_in_the_language_asked_for(root: Browser) -> None:
    asked = query(by="queue", figures="offered,service_level", language="zh")
    assert (
        root.get(f"/reports/export?{asked}&format=csv").content.decode("utf-8-sig").startswith("队列,呼入量,服务水平")
    )
    page = root.get(f"/reports/export?{asked}&format=html").text
    assert "<h1>关键指标</h1>" in page
    assert "<h2>计算方法</h2>" in page
    book = openpyxl.load_workbook(io.BytesIO(root.get(f"/reports/export?{asked}&format=xlsx").content))
    assert book.sheetnames == ["指标", "构成", "定义"]
    assert root.get(f"/reports/export?{asked}&format=json").json()["definitions"]["offered"]["title"] == "Offered"
    refused = root.get(f"/reports/export?{query(format='csv', language='fr')}")
    assert (refused.status_code, refused.json()["error_id"]) == (422, "invalid")


def test_a_supervisor_gets_the_figures_of_their_queues_and_agents(nora: Browser) -> None:
    assert set(rows(nora, f"/reports?{query(by='queue', figures='offered')}")) == {("sales",)}
    agents = rows(nora, f"/reports?{query(by='agent', figures='handled,talk_s')}")
    assert set(agents) <= {("anna",), ("arne",)}
    assert ("anna",) in agents
    whole = rows(nora, f"/reports?{query(by='direction', figures='offered')}")
    assert [figures["offered"]["value"] for figures in whole.values()] == [2]
    for asked in ("queue=support", "queue=sales,support", "agent=bruno", "queue=nowhere"):
        answer = nora.get(f"/reports?{query()}&{asked}")
        assert (answer.status_code, answer.json()["error_id"]) == (403, "forbidden"), asked
    assert "support" not in nora.get(f"/reports/export?{query(by='queue', format='csv')}").text


def test_the_contacts_behind_a_figure_are_shown_page_by_page(root: Browser, nora: Browser) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        answer = root.get(f"/reports/contacts?{query(figure='offered', limit='1')}{cursor}").json()
        assert (answer["numerator"], answer["total"]) == (4, 4)
        seen += [line["contact_id"] for line in answer["contacts"]]
        if not answer["more"]:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert sorted(seen) == ["call-1", "call-2", "call-3", "call-4"]
    row = json.dumps({"queue": "support"})
    of_row = root.get(f"/reports/contacts?{query(figure='answered', by='queue', slice=row)}").json()
    assert [line["contact_id"] for line in of_row["contacts"]] == ["call-2"]
    own = nora.get(f"/reports/contacts?{query(figure='offered')}").json()
    assert sorted(line["contact_id"] for line in own["contacts"]) == ["call-1", "call-3"]
    hidden = nora.get(f"/reports/contacts?{query(figure='answered', by='queue', slice=row)}").json()
    assert hidden["contacts"] == []


def test_stretches_of_time_stand_behind_figures_of_time(root: Browser) -> None:
    row = json.dumps({"agent": "anna"})
    answer = root.get(f"/reports/contacts?{query(figure='talking_s', by='agent', slice=row)}").json()
    assert answer["contacts"] == []
    [stretch] = answer["stretches"]
    assert (stretch["agent"], stretch["state"]) == ("anna", "TALKING")
    assert stretch["start"] == "2027-01-15T08:00:06.000000Z"
    assert stretch["inside_s"] == answer["numerator"]


def test_why_a_target_was_missed_is_told_of_one_own_queue_and_range(root: Browser, nora: Browser) -> None:
    found = root.get(f"/reports/missed?{query(queue='sales')}")
    assert found.status_code == 200
    assert isinstance(found.json()["missed"], list)
    assert nora.get(f"/reports/missed?{query(queue='support')}").status_code == 403
    for asked in (query(), query(queue="sales,front"), "queue=sales"):
        answer = root.get(f"/reports/missed?{asked}")
        assert answer.status_code == 422, asked
        assert answer.json()["errors"][0]["way_out"]
    assert root.get(f"/reports/missed?{query(queue='nowhere')}").status_code == 404


def test_the_catalogue_tells_figures_dimensions_and_formulas(site: Site) -> None:
    found = site.signed_in("anna").get("/reports/catalogue").json()
    figures = {one["name"]: one for one in found["figures"]}
    assert figures["offered"]["definition"]
    assert {"queue", "agent", "30min", "weekday"} <= set(found["dimensions"])
    assert found["formulas"]["SL1"] == "A_t / A"


@pytest.mark.parametrize(
    "asked",
    [
        "by=nonsense",
        "figures=nonsense",
        "from=yesterday",
        "from=2027-01-16&to=2027-01-15",
        "time_zone=Mars/Phobos",
        "formula=SL99",
        "hours=always",
        "fcr_scope=nonsense",
        "service_level=-1",
        "kind=nonsense",
        "counted_at=nonsense",
    ],
)
def test_what_cannot_be_asked_is_refused_with_rule_and_way_out(root: Browser, asked: str) -> None:
    answer = root.get(f"/reports?{asked}")
    assert (answer.status_code, answer.json()["error_id"]) == (422, "invalid"), answer.text
    [field] = answer.json()["errors"]
    assert field["field"].startswith("query")
    assert field["rule"]
    assert field["way_out"]


@pytest.mark.parametrize("bad", ["slice=x", "slice=[]", 'slice={"queue": 1}', "cursor=LTE", "cursor=4pyT", "limit=0"])
def test_a_page_behind_a_figure_that_cannot_be_is_refused(root: Browser, bad: str) -> None:
    assert root.get(f"/reports/contacts?{query(figure='offered')}&{bad}").status_code == 422


def test_a_supervisor_of_no_team_is_told_so(site: Site) -> None:
    lonely = site.token("sam", "read")
    site.administration.settings.users["sam"].__dict__["teams"] = ()
    try:
        assert set(rows(lonely, f"/reports?{query(by='queue', figures='offered')}")) <= {("front",)}
        answer = lonely.get(f"/reports?{query(by='agent')}")
        assert (answer.status_code, answer.json()["error_id"]) == (403, "forbidden")
    finally:
        site.administration.settings.users["sam"].__dict__["teams"] = ("south",)


# -- voice menus -----------------------------------------------------------------------------------------------------


def test_voice_menus_are_listed_told_and_drawn(root: Browser) -> None:
    found = {flow["flow"]: flow for flow in root.get("/flows").json()["items"]}
    assert found["demo"]["entry_points"] == ["8000"]
    assert found["demo"]["document"] is None
    whole = root.get("/flows/demo").json()
    assert len(whole["document"]["nodes"]) == whole["nodes"]
    drawing = root.get("/flows/demo/drawing?from=2027-01-15T00:00:00Z")
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert drawing.text.startswith("<svg")
    assert ">menu · 0<" in drawing.text
    assert ">菜单 · 0<" in root.get("/flows/demo/drawing?from=2027-01-15T00:00:00Z&language=zh").text
    assert root.get("/flows/demo/drawing?language=fr").status_code == 422
    for path in ("/flows/nowhere", "/flows/nowhere/drawing"):
        assert root.get(path).status_code == 404
    assert root.get("/flows/demo/drawing?from=yesterday").status_code == 422
    assert root.get(f"/reports/flows?{query()}").json() == {"nodes": []}


def test_what_flows_did_is_not_asked_by_queue(site: Site) -> None:
    described = site.visitor().get("/openapi.json").json()["paths"]["/api/v1/reports/flows"]["get"]
    assert [one["name"] for one in described["parameters"]] == ["from", "to", "time_zone"]


def test_the_figures_of_all_queues_at_once_are_for_administrators(site: Site, root: Browser, nora: Browser) -> None:
    assert root.get("/metrics").status_code == 200
    assert nora.get("/metrics").json()["error_id"] == "rights_needed"
    assert site.token("root", "read").get("/metrics").status_code == 200
    assert site.token("root", "desk").get("/metrics").status_code == 403
    assert site.token("nora", "read").get("/metrics").status_code == 403
