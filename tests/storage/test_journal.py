"""The journal gives back what it took, in order, once, on every database."""

import stat
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings

from facts.ids import ContactId, NodeName, OfferId
from facts.journal import ContactEnded, ContactOffered, Entry, Fact, OfferMade
from storage.errors import (
    DatabaseUrlError,
    ForeignWriterError,
    JournalMissingError,
    ReadOnlyError,
    SchemaError,
    SequenceError,
)
from storage.journal import PAGE, Journal, open_journal
from storage.records import decode, encode
from storage.schema import REVISION, metadata
from storage.verification import verify
from tests.storage.entries import NODE, START, calls, entry
from tests.storage.strategies import KINDS, numbered


def test_what_was_appended_is_read(journal: Journal) -> None:
    entries = calls(3)
    journal.append(entries[:10])
    journal.append(entries[10:])
    assert list(journal.entries()) == entries
    assert journal.last_seq(NODE) == 27
    assert journal.last_seq(NodeName("b")) == 0


def test_very_many_are_written_in_pieces_and_all_or_none(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.journal.PIECE", 4)
    entries = calls(3)
    gap = [*entries[:9], *entries[10:]]
    with pytest.raises(SequenceError):
        journal.append(iter(gap))
    assert (list(journal.entries()), journal.last_seq(NODE)) == ([], 0)
    journal.append(iter(entries))
    assert list(journal.entries()) == entries
    assert verify(journal).holds
    journal.append(iter([]))
    assert journal.last_seq(NODE) == len(entries)


def test_a_journal_opened_again_goes_on(database: str) -> None:
    entries = calls(2)
    with open_journal(database) as first:
        first.append(entries[:9])
    with open_journal(database) as second:
        assert second.last_seq(NODE) == 9
        second.append(entries[9:])
        assert list(second.entries()) == entries


@settings(max_examples=60)
@given(numbered())
def test_every_kind_of_fact_survives(entries: list[Entry]) -> None:
    for given_entry in entries:
        record = encode(given_entry)
        header = (record.node, record.seq, record.at, record.switch_at, record.tenant, record.version)
        assert decode(header, record.data, record.personal) == given_entry


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=numbered(least=3))
def test_every_kind_of_fact_is_stored(journal: Journal, entries: list[Entry]) -> None:
    node = NodeName(f"n{len(journal.heads())}")
    mine = [Entry(node=node, seq=e.seq, at=e.at, switch_at=e.switch_at, fact=e.fact) for e in entries]
    journal.append(mine)
    assert list(journal.entries(nodes=[node])) == mine


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_personal_fields_have_defaults_so_that_they_can_be_erased(kind: type[Fact]) -> None:
    for field in msgspec.structs.fields(kind):
        if field.name in kind.PERSONAL:
            assert field.default == ""


def test_text_that_no_database_takes_becomes_the_replacement_character(journal: Journal) -> None:
    name = 'Ann "O\'Neil"\r\n\x01 \udcff\0' + "x" * 10_000
    offered = ContactOffered(contact_id=ContactId("c\0\udc80"), caller_name=name, caller_number="\0")
    journal.append([entry(1, offered)])
    (read,) = journal.entries()
    assert isinstance(read.fact, ContactOffered)
    assert read.fact.caller_name == 'Ann "O\'Neil"\r\n\x01 \ufffd\ufffd' + "x" * 10_000
    assert read.fact.contact_id == "c\ufffd\ufffd"


def test_ids_and_numbers_of_any_length_are_taken(journal: Journal) -> None:
    offered = ContactOffered(contact_id=ContactId("é" * 20_000), caller_number="1" * 20_000)
    journal.append([entry(1, offered)])
    assert [e.fact for e in journal.entries(contact_id=ContactId("é" * 20_000))] == [offered]


def test_an_open_field_with_a_foreign_object_keeps_its_text(journal: Journal) -> None:
    made = OfferMade(offer_id=OfferId("o"), ring_us=1, waited_us=1, why={"who": NodeName, "file": Path("x")})
    journal.append([entry(1, made)])
    (read,) = journal.entries()
    assert isinstance(read.fact, OfferMade)
    assert read.fact.why["file"] == "x"


@pytest.mark.parametrize("numbers", [[2], [1, 3], [1, 1], [0]])
def test_a_gap_or_a_repeat_is_refused_and_nothing_written(journal: Journal, numbers: list[int]) -> None:
    with pytest.raises(SequenceError, match="no gap and no repeat"):
        journal.append([entry(seq, ContactEnded()) for seq in numbers])
    assert list(journal.entries()) == []
    journal.append([entry(1, ContactEnded())])


def test_two_writers_of_one_node_do_not_mix(database: str) -> None:
    with open_journal(database) as one, open_journal(database) as other:
        one.append([entry(1, ContactEnded())])
        assert other.last_seq(NODE) == 1
        other.append([entry(2, ContactEnded())])
        with pytest.raises(ForeignWriterError, match="node"):
            one.append([entry(2, ContactOffered())])
        assert [e.fact for e in one.entries()] == [ContactEnded(), ContactEnded()]


def test_reading_beside_the_writer(database: str) -> None:
    entries = calls(2)
    with open_journal(database) as writer, open_journal(database, read_only=True) as reader:
        writer.append(entries[:9])
        reading = reader.entries()
        assert next(reading) == entries[0]
        writer.append(entries[9:])
        assert len(list(reading)) == 8, "as it stood when reading began"
        assert list(reader.entries(after={NODE: 9})) == entries[9:]
        with pytest.raises(ReadOnlyError):
            reader.append(entries)


def test_pages_join_without_seam(journal: Journal) -> None:
    entries = [entry(seq, ContactEnded()) for seq in range(1, 2 * PAGE + 1)]
    journal.append(entries)
    assert [e.seq for e in journal.entries()] == list(range(1, 2 * PAGE + 1))


def test_choice_by_time_kind_and_contact(journal: Journal) -> None:
    entries = calls(4)
    journal.append(entries)
    second, third = entries[9].at, entries[18].at
    assert list(journal.entries(second, third)) == entries[9:18]
    assert list(journal.entries(to_at=second)) == entries[:9]
    assert list(journal.entries(third)) == entries[18:]
    assert list(journal.entries(START * 2)) == []
    assert list(journal.entries(third, second)) == []
    offered = [e for e in entries if e.fact.kind == "ContactOffered"]
    assert list(journal.entries(kinds=["ContactOffered"])) == offered
    assert list(journal.entries(kinds=[])) == []
    assert list(journal.entries(contact_id=ContactId("call-2"))) == entries[18:27]


def test_personal_fields_may_be_left_out(journal: Journal) -> None:
    journal.append(calls(1))
    first = next(journal.entries(personal=False)).fact
    assert isinstance(first, ContactOffered)
    assert (first.caller_number, first.caller_name, first.entry_point) == ("", "", "030123")


def test_nodes_are_merged_by_time_and_a_clock_set_back_changes_no_order(journal: Journal) -> None:
    mine = [entry(seq, ContactEnded(), at=at) for seq, at in enumerate([10, 30, 20, 40], 1)]
    other = [entry(seq, ContactEnded(), at=at, node="b") for seq, at in enumerate([5, 25, 35], 1)]
    journal.append(other[:1])
    journal.append([*mine, *other[1:]])
    merged = [(e.node, e.seq) for e in journal.entries()]
    assert merged == [("b", 1), ("a", 1), ("b", 2), ("a", 2), ("a", 3), ("b", 3), ("a", 4)]
    assert [e.seq for e in journal.entries(15, 35, nodes=[NODE])] == [2, 3]


def test_the_newest_migration_is_known(journal: Journal) -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION
    with journal.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == REVISION


def test_migrations_make_the_tables_that_the_program_knows(journal: Journal) -> None:
    with journal.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert [change for change in found if change[0] != "modify_comment" and not isinstance(change, list)] == []


@pytest.mark.parametrize(("found", "said"), [("9999", "newer cordboard"), ("0000", "cordboard db migrate")])
def test_tables_of_another_version_are_not_touched(journal: Journal, database: str, found: str, said: str) -> None:
    with journal.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    with pytest.raises(SchemaError, match=said):
        open_journal(database, read_only=True)


@pytest.mark.parametrize("address", ["mysql://host/db", "sqlite://", "postgresql+nonsense://h/d", "://"])
def test_an_address_that_cannot_be_is_refused(address: str) -> None:
    with pytest.raises(DatabaseUrlError):
        open_journal(address)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        open_journal("mysql://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_reading_a_journal_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JournalMissingError, match="there is no journal at"):
        open_journal(tmp_path / "journal.sqlite3", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "with space & ?%41#" / "journal.sqlite3"
    with open_journal(path) as journal, open_journal(path, read_only=True) as reader:
        journal.append(calls(1))
        assert len(list(reader.entries())) == 9
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
