"""Check that every news fragment is named `ISSUE.KIND.md` (or `+WORD.KIND.md`) and says something.

    tools/check_news.py FOLDER

Prints every fragment that breaks the rule and ends with 1 when there is one.
"""

import re
import sys
from pathlib import Path

KINDS = ("feature", "bugfix", "doc", "removal", "misc")
NAME = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(KINDS)})(\.\d+)?\.md")
NO_FRAGMENT = frozenset({"README.md", ".gitignore", ".gitkeep"})


def faults(folder: Path) -> list[str]:
    """What is wrong with the fragments of `folder`, one line each."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in NO_FRAGMENT:
            continue
        if not NAME.fullmatch(path.name):
            found.append(f"{path}: name it ISSUE.KIND.md, KIND one of {', '.join(KINDS)}")
        elif not path.read_text(encoding="utf-8").strip().endswith((".", "!", "`")):
            found.append(f"{path}: write full sentences")
    return found


def main() -> int:
    """Check the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: tools/check_news.py FOLDER\n")
        return 2
    lines = faults(Path(sys.argv[1]))
    sys.stdout.writelines(line + "\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
