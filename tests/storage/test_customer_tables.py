"""Tables of customers against damage: what cannot stand is told and left out, and nothing is lost without a word."""

from typing import Any

import pytest
from pydantic import ValidationError

from agent_console.documents.customers import CustomerWish
from facts.customer_rules import Fault
from storage.customer_drafts import CustomerDraft
from storage.customer_import import MOST_TOLD, HalfImportedError, Imported, take_in
from storage.customer_rows import CustomerRecord
from storage.customers import Customers
from storage.errors import StorageError
from storage.journal import Journal
from storage.telephone_numbers import normal_number
from tests.storage.entries import START

X6 = CustomerRecord(
    name="Li Na",
    numbers=("+8613800138000", "+8675512345678"),
    accounts=("A-1", "A-2"),
    tier="gold",
    language="zh",
    notes="calls in the evening",
    open_matters=("invoice 17",),
)


@pytest.fixture
def customers(journal: Journal) -> Customers:
    store = Customers(journal, "CN")
    store.add(X6, "x6", at=START, by="dana")
    return store


def draft(line: int, customer_id: str = "", **fields: Any) -> CustomerDraft:
    return CustomerDraft(line=line, customer_id=customer_id, fields=fields)


def take(customers: Customers, *drafts: CustomerDraft, clear: bool = False) -> Imported:
    return take_in(customers, drafts, at=START, by="dana", clear=clear)


def told(outcome: Imported) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.rule) for one in outcome.problems]


def record(customers: Customers, customer_id: str = "x6") -> CustomerRecord:
    found = customers.customer(customer_id)
    assert found is not None
    return found.record


@pytest.mark.parametrize(
    "written",
    ["n/a", "none", "-", "?", "1.38E+10", "1.38e10", "13800138000.0", "=1+1", "call me", "138 x 001", "1" * 33, "..."],
)
def test_what_is_no_number_is_told_and_erases_nothing(customers: Customers, written: str) -> None:
    outcome = take(customers, draft(2, "x6", numbers=(written,)))
    assert told(outcome) == [(2, "numbers", f"'{written}' is no telephone number")]
    assert (outcome.changed, outcome.unchanged, outcome.rejected) == (0, 1, 0)
    assert record(customers) == X6
    assert normal_number(written, "CN") == ""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("\uff10\uff17\uff15\uff15-12345678", "+8675512345678"),
        ("\uff080755\uff0912345678", "+8675512345678"),
        ("+86 755 1234\u20135678", "+8675512345678"),
        ("\u202a+86\u00a0755\u00a012345678\u202c", "+8675512345678"),
        ("138.0013.8000", "+8613800138000"),
        ("1001", "1001"),
        ("*70#", "*70#"),
    ],
)
def test_numbers_are_read_as_people_and_programs_write_them(written: str, kept: str) -> None:
    assert normal_number(written, "CN") == kept


def test_a_good_number_beside_a_bad_one_is_added_and_takes_nothing_away(customers: Customers) -> None:
    outcome = take(customers, draft(2, "x6", numbers=("n/a", "021 5555 0001")))
    assert told(outcome) == [(2, "numbers", "'n/a' is no telephone number")]
    assert record(customers).numbers == (*X6.numbers, "+862155550001")
    again = take(customers, draft(2, "x6", numbers=("n/a", "021 5555 0001")))
    assert (again.changed, again.unchanged) == (0, 1)


@pytest.mark.parametrize("number", ["13800138000", "0755 1234 5678"])
def test_who_is_found_by_one_of_their_numbers_keeps_the_others(customers: Customers, number: str) -> None:
    outcome = take(customers, draft(2, numbers=(number,), tier="silver"))
    assert (outcome.changed, told(outcome)) == (1, [])
    assert (record(customers).numbers, record(customers).tier) == (X6.numbers, "silver")


def test_who_is_found_by_one_of_their_accounts_keeps_the_others(customers: Customers) -> None:
    take(customers, draft(2, accounts=("A-2", "A-3"), numbers=("021 5555 0001",)))
    assert record(customers).accounts == ("A-1", "A-2", "A-3")
    assert record(customers).numbers == ("+862155550001",), "the numbers are what the table says"


def test_who_is_found_by_the_key_has_what_the_table_says(customers: Customers) -> None:
    take(customers, draft(2, "x6", numbers=("021 5555 0001",), accounts=("A-9",)))
    assert (record(customers).numbers, record(customers).accounts) == (("+862155550001",), ("A-9",))
    assert record(customers).notes == X6.notes, "of what is not in the table nothing is changed"


EMPTY: dict[str, Any] = {
    "name": " ", "numbers": (), "accounts": (), "tier": "", "language": "", "notes": "\u200b", "open_matters": ()
}  # fmt: skip


def test_an_empty_cell_changes_nothing_unless_that_is_asked_for(customers: Customers) -> None:
    outcome = take(customers, draft(2, "x6", **EMPTY))
    assert (outcome.unchanged, told(outcome)) == (1, [])
    assert record(customers) == X6
    outcome = take(customers, draft(2, "x6", **EMPTY), clear=True)
    assert told(outcome) == [(2, "name", "is empty")]
    assert record(customers) == CustomerRecord(name="Li Na")


BAD: dict[str, Any] = {
    "name": "Li\nNa",
    "numbers": tuple(f"1380013{place:04}" for place in range(30)),
    "accounts": ("B" * 201, "B-1\tB-2"),
    "tier": "gold\nplated",
    "language": "Chinese please",
    "notes": "x" * 10_001,
    "open_matters": tuple(f"matter {place}" for place in range(51)),
}


def test_an_import_takes_in_what_a_form_may_save_and_nothing_else(customers: Customers) -> None:
    with pytest.raises(ValidationError) as refused:
        CustomerWish.model_validate({f: list(value) if isinstance(value, tuple) else value for f, value in BAD.items()})
    assert {error["loc"][0] for error in refused.value.errors()} == set(BAD), "the form refuses each of these"
    outcome = take(customers, draft(2, "x6", **BAD))
    assert record(customers) == X6
    assert {(field, rule) for _, field, rule in told(outcome)} == {
        ("name", "holds line ends or other control characters"),
        ("numbers", "has 30 values"),
        ("accounts", "has more than 200 characters"),
        ("accounts", "holds line ends or other control characters"),
        ("tier", "holds line ends or other control characters"),
        ("language", "'Chinese please' is no language tag"),
        ("notes", "has more than 10000 characters"),
        ("open_matters", "has 51 values"),
    }
    new = take(customers, draft(2, "x7", **{**BAD, "name": "Li Na"}), draft(3, "x8", **BAD))
    assert (new.made, new.rejected) == (1, 1)
    assert record(customers, "x7") == CustomerRecord(name="Li Na")
    assert (3, "", "name: holds line ends or other control characters") in told(new)


def test_a_record_never_gets_more_values_than_a_form_may_save(customers: Customers) -> None:
    for first in (0, 15):
        numbers = ("13800138000", *(f"1390013{place:04}" for place in range(first, first + 15)))
        outcome = take(customers, draft(2, numbers=numbers, tier=f"tier {first}"))
    assert told(outcome) == [(2, "numbers", "would have 32 values")]
    kept = record(customers)
    assert (len(kept.numbers), kept.tier) == (17, "tier 15"), "the rest of the row is in"


def test_rows_that_only_a_bad_value_tells_apart_are_told_by_it(customers: Customers) -> None:
    outcome = take(customers, draft(2, name="x", numbers=("1.38E+10",)), draft(3, "../x", name="y"))
    assert [(one.line, one.field, one.rule, one.way_out) for one in outcome.problems] == [
        (
            2,
            "",
            "numbers: '1.38E+10' is no telephone number",
            "write its digits, such as +4930123456; a spreadsheet keeps them where the column is text",
        ),
        (3, "", "'../x' is no key", "write letters, digits and _ . : -, 64 at most, or leave it out: one is made"),
    ]


def test_later_rows_of_one_table_mean_who_has_the_number_then(customers: Customers) -> None:
    outcome = take(
        customers,
        draft(2, "x6", numbers=("021 5555 0001",), accounts=("A-9",)),
        draft(3, name="New", numbers=("13800138000",)),
        draft(4, name="Other", accounts=("A-1",)),
        draft(5, "x9", name="Twice"),
        draft(6, "x9", name="Twice again"),
    )
    assert (outcome.made, outcome.changed, told(outcome)) == (3, 2, [])
    [new] = customers.by_number("13800138000")
    assert new.customer.record.name == "New"
    assert record(customers).name == "Li Na"
    assert record(customers, "x9").name == "Twice again"


def test_what_looks_like_a_formula_is_a_text_like_others(customers: Customers) -> None:
    formula = '=HYPERLINK("x")'
    assert take(customers, draft(2, "x6", name=formula, tier="@SUM(A1)")).changed == 1
    assert (record(customers).name, record(customers).tier) == (formula, "@SUM(A1)")


def test_problems_are_told_up_to_a_limit_and_counted_beyond_it(customers: Customers) -> None:
    fault = Fault("has 1 columns, the header has 2", "mend it")
    outcome = take(customers, *(CustomerDraft(line=line, fault=fault) for line in range(2, MOST_TOLD + 12)))
    assert (len(outcome.problems), outcome.untold, outcome.rejected) == (MOST_TOLD, 10, MOST_TOLD + 10)


def test_a_database_that_fails_in_the_middle_is_told_with_the_last_line_that_is_in(customers: Customers) -> None:
    drafts = [draft(line, f"n{line}", name=f"n{line}", tier="a\nb") for line in range(2, 1002)]
    real, steps = customers.journal.transaction, 0

    def failing(*, writes: bool) -> Any:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise StorageError("the disk is full")
        return real(writes=writes)

    customers.journal.transaction = failing  # type: ignore[method-assign]
    with pytest.raises(HalfImportedError, match="after line 401: the rows up to there are in") as failed:
        take(customers, *drafts)
    assert (failed.value.outcome.made, len(failed.value.outcome.problems)) == (400, 400)
    assert customers.customer("n401") is not None
    assert customers.customer("n402") is None
    again = take(customers, *drafts)
    assert (again.unchanged, again.made) == (400, 600)
