"""The whole examination, part by part."""

from collections.abc import Callable

from config.models import Settings
from cti_bridge.app.doctor.findings import Finding, note


def examine_all(settings: Settings, *, probe: bool, told: Callable[[str], None]) -> list[Finding]:
    """Everything around the daemon; ``told`` hears what is being looked at."""
    from cti_bridge.app.doctor.surroundings import examine_surroundings  # noqa: PLC0415 - each part is heavy

    told("data folder, database, Redis, speech")
    found = examine_surroundings(settings)
    if settings.asterisk is None:
        said = "the settings have no section asterisk: only the demo can run"
        found.append(note("asterisk", said, "cordboard check --sample shows one"))
        return found
    from cti_bridge.app.doctor.deployed import examine_files  # noqa: PLC0415
    from cti_bridge.app.doctor.switch import examine_switch  # noqa: PLC0415

    told("Asterisk's files")
    found += examine_files(settings.asterisk)
    told("the live Asterisk")
    found += examine_switch(settings, settings.asterisk, probe=probe)
    return found
