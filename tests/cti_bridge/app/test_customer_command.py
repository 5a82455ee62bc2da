"""``cordboard customer``: import, show, merge, undo-merge, erase."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cti_bridge.app import main as command_line
from cti_bridge.app.report_setup import seeing_merges
from facts.ids import ContactId, CustomerId, NodeName
from facts.journal import ContactOffered, Entry
from reporting.kpi.report import Query
from reporting.kpi.resolution import RepeatRule
from storage.journal import open_journal

Shell = Callable[..., tuple[object, str, str]]
TABLE = "account;name;phone;tier\nA-1;Chen Wei;0755 12345678;gold\nA-2;Anna;13800138000;\n;Nobody;;\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "cordboard.yaml").write_text(f"home: {tmp_path}\nsite: {{country: CN}}\nqueues: {{orders: {{}}}}\n")
    (tmp_path / "crm.csv").write_text(TABLE)
    return tmp_path


@pytest.fixture
def customer(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["cordboard", "customer", *arguments, "--config", str(home / "cordboard.yaml")])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return ended.value.code, *capsys.readouterr()

    return run


def id_of(customer: Shell, account: str) -> str:
    found: str = json.loads(customer("show", "--account", account, "--json")[1])["customer"]["customer_id"]
    return found


def test_a_table_is_imported_and_the_rejected_rows_are_told(home: Path, customer: Shell) -> None:
    code, out, err = customer("import", str(home / "crm.csv"))
    assert (code, out) == (1, "crm.csv: made 2, changed 0, unchanged 0, rejected 1\n")
    assert err == "crm.csv:4: nothing tells which customer this is: give customer_id, account or number\n"
    code, out, _ = customer("import", str(home / "crm.csv"), "--json")
    assert (code, json.loads(out)["unchanged"]) == (1, 2)
    code, _, err = customer("import", str(home / "crm.csv"), "--column", "phone=shoe_size")
    assert (code, "there is no field shoe_size" in err) == (1, True)


def test_a_customer_is_shown_with_contacts_and_merges(home: Path, customer: Shell) -> None:
    customer("import", str(home / "crm.csv"))
    wei, anna = id_of(customer, "A-1"), id_of(customer, "A-2")
    with open_journal(home / "journal.sqlite3") as journal:
        fact = ContactOffered(contact_id=ContactId("k1"), customer_id=CustomerId(anna), caller_number="13800138000")
        journal.append([Entry(node=NodeName("n"), seq=1, at=1_700_000_000_000_000, fact=fact)])
    assert "name: Chen Wei" in customer("show", "--number", "+86 755 1234")[1]
    assert customer("merge", wei, anna)[1].startswith(f"{wei} stands for {anna} from now on")
    shown = json.loads(customer("show", anna, "--json")[1])
    assert shown["customer"]["record"]["name"] == "Chen Wei"
    assert [one["record"]["name"] for one in shown["merged"]] == ["Anna"]
    assert shown["contacts"] == [{"contact_id": "k1", "at": "2023-11-14T22:13:20+00:00"}]
    assert customer("merge", wei, anna)[0] == 1
    assert customer("undo-merge", str(shown["merges"][0]["number"]))[:2] == (0, f"{wei} and {anna} are two again.\n")
    code, out, _ = customer("erase", anna, "--by", "dana")
    assert (code, out) == (0, "Erased 1 records, 0 recordings and messages, and from 1 facts of 1 contacts.\n")
    assert customer("show", anna)[0] == 1
    assert customer("show")[0] == 2


def test_reports_see_through_merges_as_long_as_they_stand(home: Path, customer: Shell) -> None:
    customer("import", str(home / "crm.csv"))
    wei, anna = id_of(customer, "A-1"), id_of(customer, "A-2")
    customer("merge", wei, anna)
    query = Query(repeat=RepeatRule(), figures=("fcr_repeat",))
    with open_journal(home / "journal.sqlite3") as journal:
        seeing = seeing_merges(journal, query)
        assert seeing.repeat is not None
        assert seeing.repeat.merged == {anna: wei}
        customer("undo-merge", "1")
        assert seeing_merges(journal, query) == query
        assert seeing_merges(journal, Query()) == Query()
