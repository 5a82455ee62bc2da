"""``cordboard customer``: take in a table of customers, look them up, merge and part records, erase a person."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from cti_bridge.app.report_setup import settings_of
from cti_bridge.app.terminal import user
from reporting.importers.errors import ImportRefusedError

if TYPE_CHECKING:
    from storage.customer_import import Imported
    from storage.customers import Customers

app = typer.Typer(
    no_args_is_help=True,
    help="Customers: import, look up, merge and part, erase.",
    epilog="Example: cordboard customer import crm.csv && cordboard customer show --number '+86 755 1234 5678'",
)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="The settings.", show_default=False, dir_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it, as the audit log tells.", show_default="you")]
SHOWN_PROBLEMS = 200
"""More are counted; --json has them all."""


class NobodyError(LookupError):
    """There is no such customer."""


@app.command(
    "import", epilog="Example: cordboard customer import crm.csv --column 'Kundennr=account' --column 'Tel=number'"
)
def import_table(
    file: Annotated[
        Path, typer.Argument(help="A table with a header line; gzip is unpacked.", exists=True, dir_okay=False)
    ],
    *,
    column: Annotated[
        list[str] | None, typer.Option(help="HEADER=FIELD, where a header says something else.", show_default=False)
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="What divides columns; else as it looks.")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="The table's encoding; else UTF-8, or UTF-16 with its mark.", show_default=False)
    ] = None,
    clear_empty: Annotated[
        bool, typer.Option("--clear-empty", help="An empty cell empties its field; else it changes nothing.")
    ] = False,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Take in customers: each row makes one or changes one; the same table again changes nothing.

    A row is found by customer_id, else by its first account, else by its first number; what is not in the table stays.
    Ends with 1 when rows were rejected or values left out; each is told with its line and the reason.
    """
    from cti_bridge.app.commands.import_ import progress_of  # noqa: PLC0415 - start-up time of the other commands
    from cti_bridge.app.customer_tables import drafts_of  # noqa: PLC0415 - likewise
    from reporting.importers.customers import customer_rows  # noqa: PLC0415 - likewise
    from reporting.importers.whole_tables import WholeTable  # noqa: PLC0415 - likewise
    from storage.customer_import import take_in  # noqa: PLC0415 - likewise

    columns = dict(_pair(one) for one in column or ())
    table = WholeTable(lambda: file.open("rb"), str(file), encoding=encoding, delimiter=delimiter)
    with _store(config) as customers, progress_of(file) as progress:
        drafts = drafts_of(customer_rows(table.rows(progress), columns))
        outcome = take_in(customers, drafts, at=_now(), by=by or user(), clear=clear_empty)
    _tell(file, outcome, as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    header, found, field = text.rpartition("=")
    if not found:
        raise typer.BadParameter(f"{text}: write it as HEADER=FIELD", param_hint="--column")
    return header.strip(), field.strip()


@app.command("show", epilog="Example: cordboard customer show --account A-1")
def show_customer(
    customer_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The customer's id.", show_default=False)
    ] = None,
    *,
    number: Annotated[str, typer.Option(help="A telephone number, as people write it.", show_default=False)] = "",
    account: Annotated[str, typer.Option(help="A key in another system.", show_default=False)] = "",
    words: Annotated[str, typer.Option("--name", help="Words in the name.", show_default=False)] = "",
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Show a customer with contacts and merges, or find those of a number, an account or a name."""
    if not (customer_id or number or account or words):
        raise typer.BadParameter("say whom: an id, --number, --account or --name")
    with _store(config) as customers:
        if customer_id is None:
            found = customers.find(words, number=number, account=account)
            ids = [one.customer_id for one in found]
            customer_id = ids[0] if len(ids) == 1 else None
            if customer_id is None:
                _print(msgspec.to_builtins(found), as_json=as_json)
                return
        family = customers.family(customer_id)
        if not family:
            raise NobodyError(f"there is no customer {customer_id!r}")
        shown = {
            "customer": msgspec.to_builtins(family[0]),
            "merged": msgspec.to_builtins(family[1:]),
            "merges": msgspec.to_builtins(customers.merges(customer_id)),
            "contacts": [
                {"contact_id": contact_id, "at": _moment(at)} for contact_id, at in customers.contacts(customer_id)
            ],
        }
    _print(shown, as_json=as_json)


@app.command("merge", epilog="Example: cordboard customer merge KEPT OTHER")
def merge_records(
    kept: Annotated[str, typer.Argument(help="The record that stands for both from now on.")],
    other: Annotated[str, typer.Argument(help="The record of the same person.")],
    *,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Let one record stand for another one of the same person. Nothing of either is lost; undo-merge parts them."""
    with _store(config) as customers:
        merge = customers.merge(kept, other, at=_now(), by=by or user())
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(merge)))
    else:
        typer.echo(f"{kept} stands for {other} from now on. To part them: cordboard customer undo-merge {merge.number}")


@app.command("undo-merge", epilog="Example: cordboard customer undo-merge 17")
def undo_merge(
    number: Annotated[int, typer.Argument(help="The merge, as `show` tells it.")],
    *,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Part two records again, exactly as they are."""
    with _store(config) as customers:
        merge = customers.undo_merge(number, at=_now(), by=by or user())
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(merge)))
    else:
        typer.echo(f"{merge.kept} and {merge.merged} are two again.")


@app.command("erase", epilog="Example: cordboard customer erase C-1042")
def erase_customer(
    customer_id: Annotated[str, typer.Argument(metavar="ID", help="The customer's id.")],
    *,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person: all their records, and names and numbers from all their contacts. It cannot be undone.

    Figures stay as they are. Copies in backups, in a database's archived logs and in a spool file are yours to remove.
    """
    from cti_bridge.app.erasing import Whom, erase_everywhere  # noqa: PLC0415 - SQLAlchemy takes its time

    with _store(config) as customers:
        if customers.customer(customer_id) is None:
            raise NobodyError(f"there is no customer {customer_id!r}; `cordboard db erase` finds who is only in facts")
        records = len(customers.family(customer_id))
        whom = Whom(customer=customer_id)
        erased = erase_everywhere(customers.journal, settings_of(config), whom, at=_now(), by=by or user())
    if as_json:
        typer.echo(json.dumps({"records": records, **msgspec.to_builtins(erased)}))
        return
    typer.echo(
        f"Erased {records} records, {erased.sounds} recordings and messages{erased.hint}, "
        f"and from {erased.facts} facts of {erased.contacts} contacts."
    )
    if erased.lingering:
        typer.echo("A reader still holds an old page of the file; it goes with the next checkpoint.", err=True)


@contextmanager
def _store(config: Path | None) -> "Iterator[Customers]":
    """The customers of the settings' database; it is made where there is none."""
    from cti_bridge.app.database_address import database_address  # noqa: PLC0415 - with the settings
    from storage.customers import Customers  # noqa: PLC0415 - SQLAlchemy takes its time
    from storage.journal import open_journal  # noqa: PLC0415 - likewise

    settings = settings_of(config)
    with open_journal(database_address(settings)) as journal:
        yield Customers(journal, settings.site.country)


def _tell(file: Path, outcome: "Imported", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(outcome), ensure_ascii=False, indent=2))
    else:
        for problem in outcome.problems[:SHOWN_PROBLEMS]:
            typer.echo(f"{file.name}:{problem.line}: {problem}", err=True)
        more = len(outcome.problems) - SHOWN_PROBLEMS + outcome.untold
        if more > 0:
            typer.echo(f"{file.name}: {more} more; --json tells the first {len(outcome.problems)}", err=True)
        typer.echo(
            f"{file.name}: made {outcome.made}, changed {outcome.changed}, unchanged {outcome.unchanged}, "
            f"rejected {outcome.rejected}"
        )
    if outcome.problems:
        raise typer.Exit(ImportRefusedError.exit_code)


def _print(shown: Any, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    import yaml  # noqa: PLC0415 - only this output needs it

    typer.echo(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False), nl=False)


def _now() -> int:
    return time.time_ns() // 1_000


def _moment(at: int) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - only one command needs it

    return datetime.fromtimestamp(at / 1e6, UTC).isoformat(timespec="seconds")
