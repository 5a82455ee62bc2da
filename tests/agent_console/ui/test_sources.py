"""The console's sources agree with the API, and its first load is small."""

import gzip
import json
from pathlib import Path

from reporting.importers.customers import FIELDS
from tests.architecture.sources import ROOT
from tools import write_console_documents, write_console_operations, write_console_settings

STATIC = ROOT / "agent_console" / "static"
MOST_BYTES = 300_000
"""Gzipped, of everything that a browser fetches before the first view is there: scripts, styles, texts and font."""


def test_the_types_are_those_of_the_api() -> None:
    assert write_console_documents.PAGE.read_text(encoding="utf-8") == write_console_documents.text(), (
        "run tools/write_console_documents.py"
    )


def test_the_operations_are_those_of_the_api() -> None:
    made = write_console_operations.files()
    there = {path.name: path.read_text(encoding="utf-8") for path in write_console_operations.FOLDER.glob("*.ts")}
    assert there == made, "run tools/write_console_operations.py"
    functions = "".join(made.values())
    names = [write_console_operations.name_of(operation) for *_, operation in write_console_operations.of_the_api()]
    assert [name for name in names if f"export function {name}(" not in functions] == []


def test_a_tables_columns_are_known_as_the_daemon_knows_them() -> None:
    columns = json.loads((ROOT / "agent_console/ui/src/customers/columns.json").read_text(encoding="utf-8"))
    assert columns == {field: list(names) for field, names in FIELDS.items()}


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "agent_console/ui/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: about for name, about in lock["packages"].items() if name}
    assert packages
    assert [name for name, about in packages.items() if "resolved" in about] == []
    assert [name for name, about in packages.items() if "integrity" not in about and not about.get("inBundle")] == []


def fetched(manifest: dict[str, dict[str, object]], entry: str) -> set[str]:
    """The files that are fetched with an entry: its own, and those of everything that it imports at once."""
    found: set[str] = set()
    to_do = [entry]
    seen: set[str] = set()
    while to_do:
        name = to_do.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        found |= {str(chunk["file"]), *map(str, _list(chunk, "css"))}
        to_do += map(str, _list(chunk, "imports"))
    return found


def _list(chunk: dict[str, object], key: str) -> list[object]:
    found = chunk.get(key, [])
    assert isinstance(found, list)
    return found


def gzipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), compresslevel=6))


def test_the_first_load_is_small() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    font = next(STATIC.glob("assets/inter-latin-wght-*.woff2"))
    for view in (name for name in manifest if name.endswith("View.tsx")):
        texts = f"src/language/zh/{Path(view).parent.name}.json"
        files = (
            fetched(manifest, "index.html") | fetched(manifest, view) | fetched(manifest, "src/language/zh/common.json")
        )
        files |= fetched(manifest, texts) if texts in manifest else set()
        size = gzipped(STATIC / "index.html") + gzipped(font) + sum(gzipped(STATIC / file) for file in files)
        assert size <= MOST_BYTES, f"{view}: {size} bytes"


def test_the_settings_forms_are_those_of_the_settings() -> None:
    for file, text in (
        (write_console_settings.SCHEMA, write_console_settings.schema_text()),
        (write_console_settings.HINTS, write_console_settings.hints_text()),
    ):
        assert file.read_text(encoding="utf-8") == text, "run tools/write_console_settings.py"
