"""Write docs/figures.md from the catalogue of key figures."""

from pathlib import Path

from reporting.exports.figures_doc import figures_page

if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "figures.md").write_text(figures_page(), encoding="utf-8")
