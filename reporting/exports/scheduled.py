"""Reports made by a timetable: written into a folder, or sent by e-mail.

`run_due` is to be called from time to time (every minute, by a daemon or by cron); what was made when is kept in a
small file, so that a restart makes nothing twice. A report that fails is told and tried again next time; the others
are made all the same.
"""

import smtplib
from collections.abc import Callable, Sequence
from datetime import tzinfo
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from config.document import read_document
from facts.languages import ReaderLanguage
from facts.time import Instant
from reporting.exports.as_file import check_ending, write_report
from reporting.exports.phrases import phrases
from reporting.kpi.errors import ReportError
from reporting.kpi.intervals import to_datetime
from reporting.kpi.report import Report
from reporting.kpi.timetable import Due, Timetable, is_due

MAIL_TIMEOUT_S = 30


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to send: a server that takes mail from this machine, without a password or with one from a file."""

    host: str
    port: int = 25
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password_file: str | None = None
    starttls: bool = False


class Scheduled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One report: what it shows (as `cordboard report`), when it is made, in which forms, and where it goes."""

    name: str
    when: Timetable = Timetable()
    by: str = "queue"
    figures: str | None = None
    queues: tuple[str, ...] = ()
    hours: str | None = None
    forms: tuple[str, ...] = ("html",)
    language: ReaderLanguage = "en"
    folder: str | None = None
    mail: Mail | None = None

    def __post_init__(self) -> None:
        for form in self.forms:
            check_ending(Path(f"report.{form}"))
        if self.folder is None and self.mail is None:
            raise ReportError(f"report {self.name}: name a folder or a mail, or it goes nowhere")
        if not self.name or "/" in self.name or self.name.startswith("."):
            raise ReportError(f"report {self.name!r}: the name becomes a file's: no slash, no dot in front")


Make = Callable[[Scheduled, Due], Report]
"""Makes the report of a range."""

Send = Callable[[Mail, EmailMessage], None]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a report that was due; ``fault`` is empty when it was made."""

    name: str
    files: tuple[str, ...] = ()
    fault: str = ""


def load_scheduled(path: Path) -> tuple[Scheduled, ...]:
    """The reports of a YAML file: ``reports: [{name: …}]``; raises `ReportError` with file and line."""
    document = read_document(path.read_text(encoding="utf-8", errors="replace"), str(path))
    if document.problems:
        raise ReportError("\n".join(map(str, document.problems)))
    try:
        found = msgspec.convert(document.data, _File, strict=False).reports
    except msgspec.ValidationError as error:
        raise ReportError(f"{path}: {error}") from None
    names = [one.name for one in found]
    if len(set(names)) != len(names):
        raise ReportError(f"{path}: two reports have the same name")
    return found


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reports: tuple[Scheduled, ...]


def send_mail(mail: Mail, message: EmailMessage) -> None:
    """Hand the message to the mail server; raises `smtplib.SMTPException` or `OSError`."""
    with smtplib.SMTP(mail.host, mail.port, timeout=MAIL_TIMEOUT_S) as server:
        if mail.starttls:
            server.starttls()
        if mail.user is not None and mail.password_file is not None:
            server.login(mail.user, Path(mail.password_file).read_text(encoding="utf-8").strip())
        server.send_message(message)


def due_now(reports: Sequence[Scheduled], state: Path, now: Instant, zone: tzinfo) -> list[Scheduled]:
    """Which of the reports `run_due` would make."""
    last = _last_runs(state)
    return [report for report in reports if is_due(report.when, last.get(report.name), now, zone) is not None]


def run_due(
    reports: Sequence[Scheduled], state: Path, now: Instant, zone: tzinfo, make: Make, *, send: Send = send_mail
) -> list[Made]:
    """Make every report that is due, and note it in ``state``."""
    last = _last_runs(state)
    done = []
    for report in reports:
        due = is_due(report.when, last.get(report.name), now, zone)
        if due is None:
            continue
        try:
            made = _deliver(report, make(report, due), due, zone, send)
        except (ReportError, OSError, smtplib.SMTPException) as error:
            done.append(Made(name=report.name, fault=str(error)))
            continue
        last[report.name] = now
        _note(state, last)
        done.append(made)
    return done


def _last_runs(state: Path) -> dict[str, Instant]:
    try:
        return msgspec.json.decode(state.read_bytes(), type=dict[str, int])
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise ReportError(f"{state} is damaged ({error}): remove it, and every report is made anew") from None


def _note(state: Path, last: dict[str, Instant]) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    part = state.with_name(f".{state.name}.part")
    part.write_bytes(msgspec.json.encode(last, order="sorted"))
    part.replace(state)


def _deliver(scheduled: Scheduled, report: Report, due: Due, zone: tzinfo, send: Send) -> Made:
    day = to_datetime(due.start, zone).date().isoformat()
    names = [f"{scheduled.name}-{day}.{form}" for form in scheduled.forms]
    if scheduled.folder is not None:
        into = Path(scheduled.folder).expanduser()
        into.mkdir(parents=True, exist_ok=True)
        _write(scheduled, report, into, names)
    if scheduled.mail is not None:
        with TemporaryDirectory() as folder:
            _write(scheduled, report, Path(folder), names)
            send(scheduled.mail, _message(scheduled, scheduled.mail, day, [Path(folder) / name for name in names]))
    return Made(name=scheduled.name, files=tuple(names))


def _write(scheduled: Scheduled, report: Report, folder: Path, names: Sequence[str]) -> None:
    for name in names:
        write_report(folder / name, scheduled.name, report, language=scheduled.language)


_KINDS = {".html": ("text", "html"), ".csv": ("text", "csv"), ".json": ("application", "json")}
_EXCEL = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _message(scheduled: Scheduled, mail: Mail, day: str, files: Sequence[Path]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"{scheduled.name} {day}"
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    words, period = phrases(scheduled.language), scheduled.when.period
    message.set_content(
        words.attached.format(name=scheduled.name, period=words.named(words.periods, period), day=day) + "\n"
    )
    for file in files:
        kind, subkind = _KINDS.get(file.suffix, _EXCEL)
        charset = {"charset": "utf-8"} if kind == "text" else None
        message.add_attachment(file.read_bytes(), maintype=kind, subtype=subkind, filename=file.name, params=charset)
    return message
