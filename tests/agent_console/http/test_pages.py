"""The built console over HTTP: one page for every view, files that are kept, nothing from elsewhere."""

import gzip
import json
import re

from agent_console.http.pages import console_pages
from tests.agent_console.site import Site
from tests.architecture.sources import ROOT

STATIC = ROOT / "agent_console" / "static"


def test_every_address_of_a_view_is_the_same_page(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.get("//")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert visitor.get("//floor/wall").text == page.text
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert not re.search(r"https?://", page.text), "nothing comes from elsewhere"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", page.text), "no script or style within the page"


def test_files_are_kept_for_good_and_come_compressed(site: Site) -> None:
    entry = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))["index.html"]["file"]
    answer = site.visitor().get(f"//{entry}", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (STATIC / entry).read_bytes() == gzip.decompress((STATIC / f"{entry}.gz").read_bytes())


def test_what_is_not_there_is_told_and_nothing_outside_is_given(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.get("//assets/gone.js").status_code == 404
    assert visitor.get("//../ports.py").status_code == 404
    assert visitor.get("//%2e%2e/ports.py").status_code == 404
    assert visitor.get("//..%2fports.py").status_code == 404
    operation = visitor.get("/no-such-operation")
    assert (operation.status_code, operation.json()["error_id"]) == (404, "not_found")


def test_pages_are_made_of_a_folder_that_may_not_be_there_yet() -> None:
    assert console_pages(ROOT / "nowhere").path == "/{path:path}"
