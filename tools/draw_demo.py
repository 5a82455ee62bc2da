"""Draw ``docs/images/demo.svg``: the demo's board as it stands after a quarter of an hour.

Example: python -m tools.draw_demo docs/images/demo.svg
"""

import io
import os
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from cti_bridge.app.reactor import install

COLUMNS, LINES = 112, 36
MINUTES, SPEED, SEED = 15.0, 60.0, 3

_DARK = [(28, 33, 40), (229, 83, 75), (87, 171, 90), (218, 170, 63), (83, 155, 245), (176, 131, 240), (57, 197, 207)]
_BRIGHT = [(99, 110, 123), (255, 147, 138), (107, 196, 109), (234, 194, 107), (108, 182, 255), (220, 189, 251)]
THEME = TerminalTheme(
    (28, 33, 40), (205, 217, 229), [*_DARK, (144, 157, 171)], [*_BRIGHT, (86, 212, 221), (205, 217, 229)]
)
"""Colours of the picture: a calm dark terminal."""


def _without_foreign_fonts(svg: str) -> str:
    """A picture that fetches nothing from elsewhere, in lines without trailing space."""
    own = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    own = own.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace")
    return "\n".join(line.rstrip() for line in own.splitlines()) + "\n"


def main(target: Path) -> int:
    """Run a short demo without a terminal, and draw its board just before the end."""
    reactor = install()
    from config.load import load  # noqa: PLC0415 - likewise
    from cti_bridge.app.demo import Demo, DemoOptions  # noqa: PLC0415 - after the reactor
    from cti_bridge.app.demo_home import DemoHome  # noqa: PLC0415 - likewise

    canvas = Console(record=True, width=COLUMNS, height=LINES, file=io.StringIO(), force_terminal=True)
    unseen = Console(file=io.StringIO(), width=COLUMNS, height=LINES)
    options = DemoOptions(minutes=MINUTES, speed=SPEED, seed=SEED)
    with tempfile.TemporaryDirectory() as folder, DemoHome(Path(folder)) as home:
        env = {**os.environ, "CORDBOARD_HOME": folder}
        demo = Demo(reactor, load(None, env), options, home, unseen, env=env)
        reactor.callWhenRunning(demo.start, on_screen=False)
        reactor.addSystemEventTrigger("before", "shutdown", lambda: canvas.print(demo.board(), end=""))
        reactor.addSystemEventTrigger("before", "shutdown", demo.stop)
        reactor.run()
        svg = canvas.export_svg(title="cordboard demo", theme=THEME, unique_id="board")
        demo.finish()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_without_foreign_fonts(svg), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/demo.svg")))
