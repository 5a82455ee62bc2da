"""The data folder: where the embedded database, rendered prompts and the control socket live."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "CORDBOARD_HOME"
DEFAULT: Final = "~/.local/share/cordboard"
JOURNAL: Final = "journal.sqlite3"
CONTROL_SOCKET: Final = "control.sock"


def data_home(env: Mapping[str, str]) -> Path:
    """``CORDBOARD_HOME``, else ``~/.local/share/cordboard``; absolute. Nothing is made."""
    return Path(env.get(VARIABLE) or DEFAULT).expanduser().absolute()
