"""The project's files, as the tests of its shape read them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("acd", "agent_console", "config", "cti_bridge", "facts", "ivr", "reporting", "simulation", "storage")


@cache
def tracked() -> tuple[str, ...]:
    """Files of the repository that are there, as paths from its root; in an unpacked archive, all files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return tuple(str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*")) if path.is_file())
    return tuple(path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file())


@cache
def parsed(path: str) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def python_files(*folders: str) -> list[str]:
    """The Python files under these folders."""
    return [path for path in tracked() if path.endswith(".py") and path.startswith(tuple(f"{f}/" for f in folders))]
