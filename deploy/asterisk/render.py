#!/usr/bin/env python3
r"""Write Cordboard's Asterisk 22 configuration, with the addresses of a site and secrets of its own.

    python3 deploy/asterisk/render.py --to /etc/asterisk --set TRUNK_MATCH=192.0.2.10 \
        --set TRUNK_CONTACT=sip:192.0.2.10:5060 --phones 1001-1020

Runs on the machine of the Asterisk, with nothing but Python 3.9 or later. `--help` names every
parameter. A file that is there already and differs is left alone and the new one is written beside
it as NAME.cordboard, to be merged by hand; `--replace` keeps the old one as NAME.before instead.
Secrets are made once and kept in files of the folder TO/cordboard, readable by their owner alone; a
second run uses them again.
"""

import argparse
import os
import re
import secrets
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECRETS_FOLDER = "cordboard"
SECRET_FILES = {"AMI_SECRET": "ami.secret", "AGI_TOKEN": "agi.token"}
PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f;\[\]]")


class RenderError(Exception):
    """A parameter is unknown, missing or cannot stand in a configuration file."""


@dataclass(frozen=True)
class Parameter:
    """One value of the templates. `default` None: the site has to name it. Empty: its lines are left out."""

    default: str | None
    meaning: str


PARAMETERS: Mapping[str, Parameter] = {
    "SYSTEM_NAME": Parameter("pbx1", "name of this Asterisk, different for each of several"),
    "ENTITY_ID": Parameter("", "six bytes as 00:00:5e:00:53:01, where the machine has no network card"),
    "AMI_HOST": Parameter("127.0.0.1", "address on which AMI listens"),
    "AMI_PORT": Parameter("5038", "port of AMI"),
    "AMI_USER": Parameter("cordboard", "AMI user of the Cordboard daemon"),
    "AMI_PERMIT": Parameter("127.0.0.1/255.255.255.255", "address/mask from which the daemon may log in"),
    "AGI_HOST": Parameter("127.0.0.1", "address of the Cordboard daemon, as seen from here"),
    "AGI_PORT": Parameter("4573", "the daemon's FastAGI port"),
    "HTTP_HOST": Parameter("127.0.0.1", "address of the WebSocket for browser phones"),
    "HTTP_PORT": Parameter("8088", "port of that WebSocket"),
    "SIP_HOST": Parameter("0.0.0.0", "address on which SIP listens"),  # noqa: S104  # phones and carrier are outside
    "SIP_PORT": Parameter("5060", "port of SIP, UDP and TCP"),
    "EXTERNAL_ADDRESS": Parameter("", "behind NAT: the address that the world sees"),
    "LOCAL_NET": Parameter("", "behind NAT: the net inside, such as 10.0.0.0/8"),
    "MEDIA_ADDRESS": Parameter("", "address of the audio, where it is not the one of SIP"),
    "BIND_MEDIA": Parameter("", "yes: audio sockets are bound to MEDIA_ADDRESS alone"),
    "RTP_FIRST": Parameter("10000", "first UDP port of audio"),
    "RTP_LAST": Parameter("20000", "last UDP port of audio"),
    "TRUNK_MATCH": Parameter(None, "address (or several, with commas) from which the carrier's calls come"),
    "TRUNK_CONTACT": Parameter(None, "where calls to the carrier go, such as sip:192.0.2.10:5060"),
    "AGENT_PATTERN": Parameter("_1XXX", "dialplan pattern of the agents' numbers"),
    "ENTRY_PATTERN": Parameter("_8XXX", "dialplan pattern of the entry points that agents transfer to"),
    "MUSIC_FOLDER": Parameter("moh", "folder of the music on hold; relative ones are in Asterisk's data folder"),
    "LANGUAGE": Parameter("en", "language of Asterisk's own sounds"),
    "QUALIFY_S": Parameter("60", "every so many seconds each phone is asked whether it is there (0: never)"),
    "LOG_LEVELS": Parameter("notice,warning,error", "levels of messages.log"),
    "AMI_SECRET": Parameter("", "made by this program unless given"),
    "AGI_TOKEN": Parameter("", "made by this program unless given"),
}


def new_secret() -> str:
    """192 bits in characters that need no quoting in a .conf file or URL."""
    return secrets.token_urlsafe(24)


def complete(given: Mapping[str, str]) -> dict[str, str]:
    """The values of all parameters; raises `RenderError` naming everything wrong with `given`."""
    faults = [f"{name}: no such parameter" for name in given if name not in PARAMETERS]
    faults += [
        f"{name}: holds a character that ends or splits a line" for name in given if FORBIDDEN.search(given[name])
    ]
    values = {name: given.get(name, parameter.default) for name, parameter in PARAMETERS.items()}
    for name in SECRET_FILES:
        values[name] = values[name] or new_secret()
    faults += [
        f"{name}: has to be given ({PARAMETERS[name].meaning})" for name, value in values.items() if value is None
    ]
    if faults:
        raise RenderError("\n".join(faults))
    return {name: value for name, value in values.items() if value is not None}


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values in; a line whose value is empty is left out."""
    lines = []
    for line in template.splitlines():
        names = [] if line.lstrip().startswith(";") else PLACEHOLDER.findall(line)
        if any(values[name] == "" for name in names):
            continue
        lines.append(PLACEHOLDER.sub(lambda found: values[found[1]], line) if names else line)
    return "\n".join(lines) + "\n"


def render(
    values: Mapping[str, str], phones: Mapping[str, str], web_phones: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The text of every file by its name. `phones` and `web_phones` map numbers to SIP passwords."""
    texts = {path.name: fill(path.read_text(encoding="ascii"), values) for path in sorted(HERE.glob("etc/*.conf"))}
    for template, numbers in (("pjsip_phone.conf.in", phones), ("pjsip_webphone.conf.in", web_phones or {})):
        block = (HERE / template).read_text(encoding="ascii")
        for number, password in numbers.items():
            texts["pjsip.conf"] += fill(block, {**values, "NUMBER": number, "PASSWORD": password})
    return texts


def numbers(text: str) -> list[str]:
    """`1001-1003,1010` as a list of numbers."""
    found: list[str] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        if not (first.isascii() and first.isdigit() and (not last or (last.isascii() and last.isdigit()))):
            raise RenderError(f"phones: {part!r} is not a number or a range such as 1001-1020")
        found += [str(number).zfill(len(first)) for number in range(int(first), int(last or first) + 1)]
    return found


def write(target: Path, texts: Mapping[str, str], *, replace: bool) -> list[str]:
    """Write the files; return one line for each that wants the reader's attention."""
    target.mkdir(parents=True, exist_ok=True)
    said = []
    for name, text in texts.items():
        path = target / name
        if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
            if replace:
                path.replace(target / f"{name}.before")
                said.append(f"{name}: replaced, the old one is {name}.before")
            else:
                path = target / f"{name}.cordboard"
                said.append(f"{name}: is there already; merge {path.name} into it")
        _write_private(path, text)
    return said


def _write_private(path: Path, text: str, mode: int = 0o640) -> None:
    """Secrets are in several of the files: others than owner and group (asterisk) may not read them."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def kept_secrets(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The secrets of an earlier run, and new ones for what is missing. A phone is named by its number."""
    found = {}
    for name in names:
        path = _secret_file(folder, name)
        found[name] = path.read_text(encoding="ascii").strip() if path.exists() else new_secret()
    return found


def keep_secrets(folder: Path, secret_values: Mapping[str, str]) -> None:
    """Write each secret to a file of its own, as settings that name a `secret_file` want it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, value in secret_values.items():
        _write_private(_secret_file(folder, name), value + "\n", 0o600)


def _secret_file(folder: Path, name: str) -> Path:
    return folder / SECRET_FILES.get(name, f"phone-{name}.secret")


def _settings(values: Mapping[str, str], folder: Path, *, has_web_phones: bool) -> str:
    """The part of Cordboard's settings file that matches, and what to keep."""
    web_phones = (
        f"  web_phones: {{address: 'ws://{values['HTTP_HOST']}:{values['HTTP_PORT']}/ws', secrets_folder: {folder}}}\n"
        if has_web_phones
        else ""
    )
    return (
        "In Cordboard's settings file:\n\n"
        "asterisk:\n"
        f"  ami: {{host: {values['AMI_HOST']}, port: {values['AMI_PORT']}, user: {values['AMI_USER']}, "
        f"secret_file: {folder / SECRET_FILES['AMI_SECRET']}}}\n"
        f"  agi: {{host: {values['AGI_HOST']}, port: {values['AGI_PORT']}, "
        f"token_file: {folder / SECRET_FILES['AGI_TOKEN']}}}\n{web_phones}\n"
        f"The phones' passwords are in {folder} too. Cordboard's user has to be able to read both files"
        f"{', and those of the web phones' if has_web_phones else ''}.\n"
    )


def _parser() -> argparse.ArgumentParser:
    parameters = "\n".join(
        f"  {name:17} {p.meaning} [{'to be given' if p.default is None else p.default}]"
        for name, p in PARAMETERS.items()
    )
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"parameters:\n{parameters}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, required=True, help="folder to write, usually /etc/asterisk")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="give a parameter")
    parser.add_argument("--phones", default="", help="numbers of the agents' SIP phones, such as 1001-1020")
    parser.add_argument("--web-phones", default="", help="numbers of agents whose phone is the browser")
    parser.add_argument("--replace", action="store_true", help="replace files that are there")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Render as the command line says; 0 done, 2 used wrong."""
    options = _parser().parse_args(arguments)
    try:
        given = dict(item.split("=", 1) if "=" in item else (item, "") for item in options.set)
        phones, web_phones = numbers(options.phones), numbers(options.web_phones)
        folder = options.to / SECRETS_FOLDER
        kept = kept_secrets(folder, [*SECRET_FILES, *phones, *web_phones])
        values = complete({**{name: kept[name] for name in SECRET_FILES}, **given})
    except RenderError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    kept.update({name: values[name] for name in SECRET_FILES})
    texts = render(values, {n: kept[n] for n in phones}, {n: kept[n] for n in web_phones})
    said = write(options.to, texts, replace=options.replace)
    keep_secrets(folder, kept)
    sys.stdout.write("".join(f"{line}\n" for line in said) + _settings(values, folder, has_web_phones=bool(web_phones)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
