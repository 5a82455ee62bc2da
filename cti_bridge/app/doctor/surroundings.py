"""What is not Asterisk: data folder, database, Redis, the daemon's own ports, recognisers of speech."""

import os
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from config.home import CONTROL_SOCKET
from config.models import Settings
from config.telephony import Agi
from cti_bridge.app.daemon_socket import DaemonError, ask
from cti_bridge.app.database_address import database_address
from cti_bridge.app.doctor.findings import Finding, good, note, warning, wrong
from cti_bridge.app.doctor.web_phones import examine_web_phones
from cti_bridge.app.sound_files import SoundFiles
from cti_bridge.shell.redis_ping import RedisAway, redis_ping
from storage.errors import JournalMissingError, SchemaError, StorageError
from storage.journal import open_journal

ROOM_WARNING: Final = 2_000_000_000
ROOM_WRONG: Final = 200_000_000
_PACKAGES: Final = {
    "vosk": ("vosk", "pip install vosk"),
    "moonshine": ("moonshine_voice", "pip install cordboard[speech-en]"),
}


def examine_surroundings(settings: Settings) -> list[Finding]:
    """Everything beside Asterisk."""
    found = [*_data_folder(settings.home), _database(settings)]
    if settings.redis.url is not None:
        found.append(_redis(settings))
    found += _recognisers(settings)
    found += _recordings(settings)
    found += examine_web_phones(settings)
    if settings.asterisk is not None:
        found.append(agi_port(settings.asterisk.agi, daemon_runs(settings.home)))
    return found


def _data_folder(home: Path) -> list[Finding]:
    existing = next(path for path in (home, *home.parents) if path.is_dir())
    free = shutil.disk_usage(existing).free
    return [_writable(home, existing), room(existing, free)]


def _writable(home: Path, existing: Path) -> Finding:
    if not os.access(existing, os.W_OK | os.X_OK):
        return wrong("data folder", f"{existing} cannot be written", f"chown it to the daemon's user: {home}")
    return good("data folder", f"{home}{'' if home == existing else ' (will be made)'}")


def room(where: Path, free: int) -> Finding:
    """Whether there is room for facts and recordings. ``free``: bytes."""
    shown = f"{free / 1e9:.1f} GB free at {where}"
    mend = "make room, or move the data folder (CORDBOARD_HOME) or the database"
    if free < ROOM_WRONG:
        return wrong("disk", shown, mend)
    return warning("disk", shown, mend) if free < ROOM_WARNING else good("disk", shown)


def _database(settings: Settings) -> Finding:
    try:
        with open_journal(database_address(settings), read_only=True) as journal:
            nodes = len(journal.heads())
    except JournalMissingError:
        return note("database", "there is no journal yet", "cordboard serve makes it")
    except SchemaError as error:
        return wrong("database", str(error), "cordboard db migrate")
    except StorageError as error:
        return wrong("database", str(error), "is it running, and are database.url, user and password right?")
    return good("database", f"open and migrated; facts of {nodes} node{'' if nodes == 1 else 's'}")


def _redis(settings: Settings) -> Finding:
    password = settings.redis.password.get_secret_value() if settings.redis.password else None
    try:
        version = redis_ping(settings.redis.url or "", password)
    except RedisAway as error:
        return wrong("redis", str(error), "is it running, and are redis.url and its password right?")
    return good("redis", f"Redis {version} answers")


def _recordings(settings: Settings) -> list[Finding]:
    """Whether the sounds that the switch writes are seen from here."""
    if settings.asterisk is None:
        return []
    folder = SoundFiles(settings).folder
    if folder is None:
        said = (
            "the switch's folder of recordings is not seen from here: they can be made, but neither heard nor deleted"
        )
        return [note("recordings", said, "mount it, and set asterisk.spool_folder")]
    if not folder.is_dir():
        mend = "is asterisk.spool_folder the switch's spool? It makes the folder with the first recording"
        return [warning("recordings", f"there is no folder {folder}", mend)]
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return [wrong("recordings", f"{folder} cannot be read or written", "retention deletes there: add the right")]
    return [good("recordings", f"{folder} can be read, and old ones deleted")]


def _recognisers(settings: Settings) -> list[Finding]:
    found = []
    for language, recogniser in settings.speech.recognisers.items():
        package, install = _PACKAGES[recogniser.engine]
        part = f"speech {language}"
        if find_spec(package) is None:
            found.append(wrong(part, f"{recogniser.engine} is not installed", install))
        elif recogniser.model is not None and not recogniser.model.is_dir():
            mend = f"unpack a model there, or mend speech.recognisers.{language}.model"
            found.append(wrong(part, f"there is no model at {recogniser.model}", mend))
        else:
            found.append(good(part, f"{recogniser.engine} is there"))
    return found


def daemon_runs(home: Path) -> bool:
    """Whether a daemon answers at its local socket."""
    try:
        ask(home / CONTROL_SOCKET, {"do": "list"})
    except DaemonError:
        return False
    return True


def agi_port(agi: Agi, runs: bool) -> Finding:
    """Whether the port of the menus is open when the daemon runs, and free when it does not."""
    try:
        with socket.create_connection((agi.host, agi.port), 3):
            is_open = True
    except OSError:
        is_open = False
    where = f"{agi.host}:{agi.port}"
    if runs and is_open:
        return good("agi port", f"the daemon listens on {where}")
    if runs:
        return wrong("agi port", f"the daemon runs, but nobody listens on {where}", "its log says why; restart it")
    if is_open:
        mend = "end it, or choose another asterisk.agi.port (and AGI_URL in extensions.conf)"
        return wrong("agi port", f"no daemon runs, yet something listens on {where}", mend)
    return note("agi port", f"no daemon runs; {where} is free", "cordboard serve")
