"""The pictures of docs/images: every view drawn anew, on a small screen, in both languages and both schemes."""

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.architecture.sources import ROOT
from tests.browser.test_looks import ADMINISTRATION, FLOOR
from tools.draw_console import VIEWS

LOOKED_AT = ROOT / "docs" / "images"
LOOKS = [f"{language}-{scheme}" for language in ("en", "zh") for scheme in ("light", "dark")]
WIDTH, HEIGHT = 1280, 720
COLOURS = """async (address) => {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const seen = new Set();
  let light = 0;
  for (let at = 0; at < data.length; at += 4) {
    seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    light += data[at] + data[at + 1] + data[at + 2];
  }
  return { size: [bitmap.width, bitmap.height], colours: seen.size, light: light / (3 * 255) / (data.length / 4) };
}"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    size = ("--width", str(WIDTH), "--height", str(HEIGHT))
    done = subprocess.run(
        [sys.executable, "-m", "tools.draw_console", str(folder), "--warm-up", "6", "--any-caller", *size],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def look(page: Page, picture: Path) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        COLOURS, f"data:image/webp;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    )
    return found


def test_every_view_is_drawn_and_those_of_the_documentation_are_the_same_ones(drawn: Path, browser: Browser) -> None:
    names = {one.name for one in (drawn / "console").iterdir()}
    assert names == {one.name for one in (LOOKED_AT / "console").iterdir()}
    views = {name.rpartition("-")[0].rpartition("-")[0] for name in names}
    assert names == {f"{view}-{look}.webp" for view in views for look in LOOKS}
    page = browser.new_page()
    for view in sorted(views):
        seen = {name: look(page, drawn / "console" / f"{view}-{name}.webp") for name in LOOKS}
        assert [one["size"] for one in seen.values()] == [[WIDTH, HEIGHT]] * len(LOOKS)
        assert min(one["colours"] for one in seen.values()) > 50, f"{view} is empty: {seen}"
        for language in ("en", "zh"):  # drawings of menus are on paper in the dark, too
            assert seen[f"{language}-light"]["light"] > seen[f"{language}-dark"]["light"] + 0.1, f"{view}: {seen}"
    page.close()


def test_all_views_have_a_picture() -> None:
    assert set(VIEWS.values()) >= {*FLOOR, *(f"/administration/{name}" for name in ADMINISTRATION if name != "flows")}
