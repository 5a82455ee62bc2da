"""What the deployed .conf files say, read by pyst2: what the live Asterisk does not tell, and where to mend it.

pyst2 reads ``name = value`` lines and sections; includes and section templates, which it does not know, are prepared
for it. Secrets in the files are compared, never shown.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from asterisk import config as pyst2  # type: ignore[import-untyped]  # it has no types

from config.telephony import Asterisk
from cti_bridge.app.doctor import needs
from cti_bridge.app.doctor.findings import Finding, good, note, warning, wrong

PART: Final = "asterisk files"
MAX_INCLUDES: Final = 200
_SECTION: Final = re.compile(r"\[([^\]]+)\]\s*(?:\(([^)]*)\))?")
_INCLUDE: Final = re.compile(r"#(try)?include\s+[\"<]?([^\">]+)[\">]?")
_FILTER_NAME: Final = re.compile(r"name\(([A-Za-z]+)\)")
_OLD_FILTER: Final = re.compile(r"(!?)\s*Event:\s*([A-Za-z]+)")
_YES: Final = frozenset({"yes", "true", "y", "t", "1", "on"})

Section = list[tuple[str, str]]


class _File(pyst2.Config):  # type: ignore[misc]  # the library has no types
    """A .conf file as pyst2 can read it: includes put in their place, templates and block comments taken off."""

    def load(self) -> None:
        """The lines, prepared; raises OSError."""
        self.raw_lines = list(_prepared(Path(self.filename), [MAX_INCLUDES]))


def _prepared(path: Path, includes_left: list[int]) -> Iterator[str]:
    text = re.sub(r";--.*?--;", "", path.read_text(encoding="utf-8", errors="replace"), flags=re.DOTALL)
    for line in text.splitlines():
        include = _INCLUDE.match(line.strip())
        section = _SECTION.match(line.strip())
        if include is not None:
            yield from _included(path.parent, include[2].strip(), includes_left)
        elif section is not None:
            yield f"[{section[1]}]"
        elif not line.strip().startswith("#") and ("=" in line or not line.strip() or line.strip()[0] == ";"):
            yield line


def _included(folder: Path, name: str, includes_left: list[int]) -> Iterator[str]:
    paths = sorted(folder.glob(name)) if not name.startswith("/") else [Path(name)]
    for path in paths:
        includes_left[0] -= 1
        if path.is_file() and includes_left[0] > 0:
            yield from _prepared(path, includes_left)


def read_conf(path: Path) -> dict[str, Section]:
    """Sections of a .conf file with their items in order; a section that comes twice is one. Raises OSError."""
    sections: dict[str, Section] = {}
    file: Any = _File(str(path))
    for category in file.categories:
        items = [(item.name.strip(), item.value.strip()) for item in category.items]
        sections.setdefault(category.name, []).extend(items)
    return sections


def examine_files(asterisk: Asterisk) -> list[Finding]:
    """Everything about the files; of a machine without them, one note."""
    folder = asterisk.config_folder or Path("/etc/asterisk")
    if not folder.is_dir():
        return [note(PART, f"{folder} is not here, so that the files were not read", "asterisk.config_folder names it")]
    found: list[Finding] = []
    for name, examine in (
        ("manager.conf", manager),
        ("asterisk.conf", options),
        ("modules.conf", modules),
        ("extensions.conf", dialplan),
        *((("http.conf", http), ("rtp.conf", rtp)) if asterisk.web_phones is not None else ()),
    ):
        path = folder / name
        try:
            sections = read_conf(path)
        except (OSError, pyst2.ParseError) as error:
            reason = error.strerror if isinstance(error, OSError) else ": ".join(map(str, error.args))
            found.append(wrong(PART, f"{path} cannot be read: {reason}", "run the doctor as a user who may read it"))
            continue
        found.extend(examine(path, sections, asterisk))
    found.extend(_sounds(folder, asterisk))
    return found or [good(PART, f"the files in {folder} are as they should be")]


# -- manager.conf ----------------------------------------------------------------------------------------------------


def manager(path: Path, sections: dict[str, Section], asterisk: Asterisk) -> Iterator[Finding]:
    """The AMI account and what it hears."""
    general = dict(sections.get("general", ()))
    if general.get("enabled", "no").lower() not in _YES:
        yield wrong(PART, f"{path}: the manager interface is off", "[general]: enabled = yes")
    if general.get("timestampevents", "no").lower() not in _YES:
        yield wrong(PART, f"{path}: events carry no time of Asterisk's own", "[general]: timestampevents = yes")
    variables = {name.strip() for name in general.get("channelvars", "").split(",")}
    missing = [name for name in needs.CHANNEL_VARIABLES if name not in variables]
    if missing:
        yield wrong(
            PART,
            f"{path}: channelvars lacks {', '.join(missing)}",
            f"[general]: channelvars = {','.join(needs.CHANNEL_VARIABLES)}",
        )
    if path.stat().st_mode & 0o004:
        yield warning(PART, f"{path} can be read by everybody on this machine", f"chmod o-r {path}")
    account = sections.get(asterisk.ami.user)
    if account is None:
        yield wrong(PART, f"{path}: there is no account [{asterisk.ami.user}]", "add it, as deploy/asterisk has it")
    else:
        yield from _account(path, account, asterisk)


def _account(path: Path, account: Section, asterisk: Asterisk) -> Iterator[Finding]:
    where, values = f"{path}: [{asterisk.ami.user}]", dict(account)
    if asterisk.ami.secret is not None and values.get("secret") != asterisk.ami.secret.get_secret_value():
        yield wrong(PART, f"{where} has another secret than the settings", "make asterisk.ami.secret the same")
    wanted = {
        "read": tuple(needs.READ_CLASSES),
        "write": tuple(dict.fromkeys(need[0] for need in needs.WRITE_ACTIONS.values())),
    }
    for right, classes in wanted.items():
        given = {name.strip() for name in values.get(right, "").split(",")}
        missing = [name for name in classes if name not in given and "all" not in given]
        if missing:
            yield wrong(PART, f"{where} lacks {right} rights: {', '.join(missing)}", f"{right} = {','.join(classes)}")
    hidden = sorted(hidden_events([f"{name}={value}" for name, value in account if name.startswith("eventfilter")]))
    if hidden:
        yield wrong(PART, f"{where} hides events by its filters: {', '.join(hidden)}", "remove those eventfilter lines")


def hidden_events(filters: list[str]) -> set[str]:
    """The events that the daemon needs and these ``eventfilter`` lines keep from it, as far as they go by name."""
    excluded, included, others = set[str](), set[str](), False
    for line in filters:
        name, old = _FILTER_NAME.search(line), _OLD_FILTER.search(line)
        exclude = "action(exclude)" in line or (old is not None and old[1] == "!")
        found = name[1] if name is not None else old[2] if old is not None else None
        if found is None:
            others = others or not exclude
        else:
            (excluded if exclude else included).add(found)
    hidden = excluded & needs.EVENTS
    return hidden | (needs.EVENTS - included) if included and not others else hidden


# -- the others ------------------------------------------------------------------------------------------------------


def options(path: Path, sections: dict[str, Section], asterisk: Asterisk) -> Iterator[Finding]:  # noqa: ARG001 - one signature for all files
    """asterisk.conf: the name."""
    if not dict(sections.get("options", ())).get("systemname"):
        yield wrong(
            PART,
            f"{path}: there is no systemname: calls of two Asterisks could get the same name",
            "[options]: systemname = pbx1 (another for each Asterisk); then restart Asterisk",
        )


def modules(path: Path, sections: dict[str, Section], asterisk: Asterisk) -> Iterator[Finding]:  # noqa: ARG001 - one signature for all files
    """modules.conf: what is loaded."""
    items = sections.get("modules", [])
    named = {key: {_module(value) for name, value in items if name == key} for key in ("load", "noload", "require")}
    loaded = named["load"] | named["require"]
    automatic = dict(items).get("autoload", "yes").lower() in _YES
    for name, why in needs.MODULES.items():
        if name in named["noload"]:
            yield wrong(PART, f"{path}: noload keeps {name} out: {why}", f"remove: noload = {name}.so")
        elif not automatic and name not in loaded:
            yield wrong(PART, f"{path}: {name} is not loaded: {why}", f"[modules]: load = {name}.so")


def _module(value: str) -> str:
    return value.removeprefix(">").strip().removesuffix(".so")


def dialplan(path: Path, sections: dict[str, Section], asterisk: Asterisk) -> Iterator[Finding]:
    """extensions.conf: contexts and the token."""
    missing = [name for name in needs.CONTEXTS if name not in sections]
    if missing:
        yield wrong(
            PART,
            f"{path} has no context {', '.join(missing)}",
            "copy deploy/asterisk/etc/extensions.conf or #include it",
        )
    token = dict(sections.get("globals", ())).get("AGI_TOKEN", "")
    if asterisk.agi.token is not None and token != asterisk.agi.token.get_secret_value():
        yield wrong(PART, f"{path}: AGI_TOKEN is not the token of the settings", "[globals]: AGI_TOKEN = the token")


def http(path: Path, sections: dict[str, Section], asterisk: Asterisk) -> Iterator[Finding]:  # noqa: ARG001 - one signature for all files
    """http.conf: the WebSocket of browsers' phones, and its certificate where it is encrypted."""
    general = dict(sections.get("general", ()))
    if general.get("enabled", "no").lower() not in _YES:
        yield wrong(
            PART, f"{path}: the web server is off, and with it the browsers' phones", "[general]: enabled = yes"
        )
    if general.get("tlsenable", "no").lower() not in _YES:
        return
    for key in ("tlscertfile", "tlsprivatekey"):
        if key in general and not Path(general[key]).is_file():
            yield wrong(PART, f"{path}: {key} {general[key]} is not there", f"[general]: {key} = a file of PEM")


def rtp(path: Path, sections: dict[str, Section], asterisk: Asterisk) -> Iterator[Finding]:  # noqa: ARG001 - one signature for all files
    """rtp.conf: a browser finds the way of the audio by ICE alone."""
    if dict(sections.get("general", ())).get("icesupport", "yes").lower() not in _YES:
        yield wrong(
            PART,
            f"{path}: ICE is off: calls to browsers are answered, and silent both ways",
            "[general]: icesupport = yes; then `asterisk -rx 'module reload res_rtp_asterisk'`",
        )


def _sounds(folder: Path, asterisk: Asterisk) -> Iterator[Finding]:
    sounds = asterisk.sounds_folder or _sounds_folder(folder)
    if not sounds.is_dir():
        yield note(PART, f"sounds were not looked for: {sounds} is not here", "asterisk.sounds_folder names it")
        return
    there = {str(path.relative_to(sounds).with_suffix("")) for path in sounds.rglob("*.*")}
    bare = {name.partition("/")[2] for name in there}
    missing = [name for name in needs.SOUNDS if name not in there and name not in bare]
    if missing:
        yield wrong(
            PART,
            f"{sounds} lacks the sounds {', '.join(missing)}",
            "install Asterisk's core sounds (Debian: asterisk-core-sounds-en-gsm)",
        )


def _sounds_folder(folder: Path) -> Path:
    try:
        directories = dict(read_conf(folder / "asterisk.conf").get("directories", ()))
    except (OSError, pyst2.ParseError):
        directories = {}
    return Path(directories.get("astdatadir", "/usr/share/asterisk")) / "sounds"
