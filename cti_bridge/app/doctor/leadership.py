"""Who leads in the settings, file or database, and whether somebody changed the file in vain."""

from collections.abc import Mapping
from pathlib import Path

from config.load import load
from config.models import Settings
from cti_bridge.app.doctor.findings import Finding, note, warning
from cti_bridge.app.leading import examine_leading
from storage.errors import StorageError

PART = "settings"


def settings_found(path: Path | None, env: Mapping[str, str]) -> tuple[Settings, list[Finding]]:
    """The settings in force, of the file alone where the database is away; raises `config.errors.ConfigError`."""
    try:
        leading = examine_leading(path, env)
    except StorageError:  # the database's own finding tells it
        return load(path, env), []
    findings = [note(PART, said) for said in leading.notes[:1]]
    for said in leading.notes[1:]:
        what, _, mend = said.partition("; ")
        findings.append(warning(PART, what, mend))
    return leading.settings, findings
