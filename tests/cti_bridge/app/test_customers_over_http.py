"""Customers over the API, and what the calls know of them at once."""

from pathlib import Path
from typing import Any

import pytest

from tests.cti_bridge.app.console_stage import play

SETTINGS = """
home: {home}
site: {{country: CN}}
flows: [straight.yaml]
queues: {{orders: {{}}}}
agents: {{ann: {{phone: "1001"}}}}
entry_points: {{"8000": {{flow: straight}}}}
"""
FLOW = """
flow: straight
title: Straight into the queue
languages: [en]
start: to_orders
nodes:
  to_orders: {type: queue, queue: orders}
"""
PORTS = """
from cti_bridge.app.console.contact_book import ContactBook
from cti_bridge.app.console.contacts import JournalContacts
from cti_bridge.app.console.customers import KeptCustomers
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.customers_at_hand import CustomersAtHand
from cti_bridge.shell.calls import Call, Place
from storage.customers import Customers
store = Customers(journal, settings.site.country)
at_hand = CustomersAtHand(reactor, store)
reactor.addSystemEventTrigger("before", "shutdown", at_hand.stop)
gone = []
class Erasing:
    async def prepare(self): gone.append("prepared")
    async def took_place(self, contacts, at, by): gone.extend(contacts)
ports["contacts"] = JournalContacts(store, ContactBook(lambda _: None), Threads())
ports["customers"] = KeptCustomers(store, at_hand, Threads(), clock.now, erasing=Erasing())
"""
ASK = """
import time
from cti_bridge.shell.flavours import to_future
from facts.journal import ContactOffered

def caller(number):
    call = Call(ContactId(f"k-{number}"), "u", "ch", Place.MENU)
    call.caller_number = number
    return call

async def ask(http):
    def note(name, answer):
        is_json = answer.content and "json" in answer.headers.get("content-type", "")
        seen[name] = answer.status_code, answer.json() if is_json else answer.text, answer.headers.get("etag")
        return answer

    async def known_of(number):
        call = caller(number)
        await to_future(at_hand.identify(call))
        return call.customer

    seen["before the start"] = str(await known_of("075512345678"))
    at_hand.start()
    wei = {"customer_id": "C-1", "name": "Chen Wei", "accounts": ["A-1"], "numbers": ["075512345678"], "tier": "gold",
           "language": "zh", "notes": "evenings", "open_matters": ["invoice 17"]}
    note("add", await http.post("/customers", json=wei))
    note("again", await http.post("/customers", json=wei))
    note("bad id", await http.post("/customers", json={**wei, "customer_id": "075512345678", "accounts": []}))
    note("bad number", await http.post("/customers", json={**wei, "numbers": ["call me"]}))
    other = note("other", await http.post("/customers", json={"name": "Wei Chen", "numbers": ["13800138000"]})).json()
    note("by number", await http.get("/customers", params={"number": "0755 1234"}))
    note("by name", await http.get("/customers", params={"q": "chen", "limit": 1}))
    note("next page", await http.get("/customers", params={"q": "chen", "cursor": seen["by name"][1]["next_cursor"]}))
    note("bad cursor", await http.get("/customers", params={"cursor": "WzFd"}))
    etag = seen["add"][2]
    note("no match", await http.put("/customers/C-1", json={"name": "Chen Wei"}))
    note("put", await http.put("/customers/C-1", json={"name": "Chen Wei II", "numbers": ["+8675512345678"]},
                               headers={"If-Match": etag}))
    note("overtaken", await http.put("/customers/C-1", json={"name": "x"}, headers={"If-Match": etag}))
    note("strange etag", await http.put("/customers/C-1", json={"name": "x"}, headers={"If-Match": "abc"}))
    note("nobody", await http.get("/customers/C-9"))

    known = await known_of("+86 755 12345678")
    seen["known"] = known.customer_id, known.name, known.tier
    daemon.coordinator.record(ContactOffered(contact_id=ContactId("k1"), customer_id="C-1", caller_number="x"))
    daemon.coordinator.record(ContactOffered(contact_id=ContactId("k2"), customer_id=other["customer_id"]))
    await asyncio.to_thread(lambda: daemon._writer.flush().result(5))
    merge = note("merge", await http.post("/customers/C-1/merge", json={"other": other["customer_id"]})).json()
    note("merged", await http.get("/customers/C-1"))
    note("history", await http.get("/customers/C-1/contacts"))
    by_other = await known_of("13800138000")
    seen["known by the other's number"] = by_other.customer_id, by_other.person, by_other.name
    seen["on the screen"] = at_hand.known(other["customer_id"]).name
    await http.put("/customers/C-1", json={"name": "Chen Wei III"}, headers={"If-Match": "*"})
    at_hand.known(other["customer_id"])
    await asyncio.sleep(0.5)
    seen["on the screen when the standing one was changed"] = at_hand.known(other["customer_id"]).name
    note("undo", await http.post(f"/customers/merges/{merge['number']}/undo"))
    note("undo again", await http.post(f"/customers/merges/{merge['number']}/undo"))
    seen["known again"] = (await known_of("13800138000")).customer_id == other["customer_id"]

    call = caller("unknown")
    found = await to_future(at_hand.record_of(call, {"account": "A-1"}))
    seen["account gone"] = found
    table = "Kundennr;name;phone1;phone2\\nB-1;Anna;13900139000;1001\\nB-2;;;\\n;Nobody;;\\n"
    note("import", await http.post("/customers/import?column=Kundennr%3Daccount", content=table.encode()))
    note("import again", await http.post("/customers/import?column=Kundennr%3Daccount", content=table.encode()))
    import gzip
    rows = "".join(f"D-{place},Name {place}\\n" for place in range(5000))
    packed = gzip.compress(("account,name\\n" + rows).encode())
    altered = packed[:2000] + bytes(50) + packed[2050:]
    for name, content in {"cut": packed[: len(packed) // 2], "altered": altered}.items():
        note(name, await http.post("/customers/import", content=content))
        note(f"found after {name}", await http.get("/customers", params={"account": "D-1"}))
    bomb = gzip.compress(b"account,name\\n" + (b"A-1," + b"a" * 200 + b"\\n") * 500_000)
    note("bomb", await http.post("/customers/import", content=bomb))
    note("packed", await http.post("/customers/import", content=gzip.compress(table.encode()),
                                   params={"column": "Kundennr=account"}))
    parts = "account,number,tier,language\\nB-1,1.38E+10,gold,Chinese please\\n,12,,\\n"
    written = {"Content-Type": "text/csv; charset=iso-8859-1"}
    latin = "account;name\\nL-1;Jürgen Müller\\n".encode("iso-8859-1")
    marked = "\\ufeffaccount;name\\nL-2;Jürgen\\n".encode()
    for charset in ("utf-8", "UTF8"):
        about = {"Content-Type": f"text/csv; charset={charset}"}
        note(f"told {charset}", await http.post("/customers/import", content=marked, headers=about))
    for name, about in {"latin": {}, "latin, told": written, "x-y": {"Content-Type": "text/csv; charset=x-y"}}.items():
        note(name, await http.post("/customers/import", content=latin, headers=about))
    note("parts", await http.post("/customers/import", content=parts.encode()))
    note("emptied", await http.post("/customers/import?clear=true", content=b"account,tier\\nB-1,\\n"))
    [anna] = (await http.get("/customers", params={"account": "B-1"})).json()["items"]
    wish = {key: anna[key] for key in ("name", "accounts", "numbers", "tier", "language", "notes", "open_matters")}
    note("saved by the form", await http.put(f"/customers/{anna['customer_id']}", json=wish, headers={"If-Match": "*"}))
    note("bad key", await http.post("/customers/import", content=b"customer_id,name\\n../x,X\\n"))
    real = store.journal.transaction
    def failing(*, writes):
        if writes and store.customer("E-200") is not None:
            from storage.errors import StorageError
            raise StorageError("full")
        return real(writes=writes)
    store.journal.transaction = failing
    many = "customer_id,name\\n" + "".join(f"E-{place},Name\\n" for place in range(1, 500))
    note("half", await http.post("/customers/import", content=many.encode()))
    store.journal.transaction = real
    note("no table", await http.post("/customers/import", content=b"foo,bar\\n1,2\\n"))
    note("no pair", await http.post("/customers/import?column=x", content=b""))
    answer = await to_future(at_hand.record_of(call, {"account": "B-1"}))
    seen["record"] = answer, call.customer.name
    seen["shared"] = await to_future(at_hand.record_of(call, {"number": "1001"}))
    seen["screen at first"] = at_hand.known("C-1")
    await asyncio.sleep(0.5)
    seen["screen"] = at_hand.known("C-1").name
    note("erase", await http.post("/customers/C-1/erase"))
    seen["gone"] = gone
    note("erased", await http.get("/customers/C-1"))
    at_hand.forget("C-1")
    note("delete", await http.delete(f"/customers/{other['customer_id']}", headers={"If-Match": "*"}))
    for role in ("agent", "supervisor"):
        headers = {"Authorization": f"Bearer {role}"}
        seen[f"as {role}"] = [
            (await http.get("/customers", headers=headers)).status_code,
            (await http.post("/customers", json={"name": "x"}, headers=headers)).status_code,
            (await http.post("/customers/C-1/merge", json={"other": "C-2"}, headers=headers)).status_code,
            (await http.post("/customers/C-1/erase", headers=headers)).status_code,
        ]

    slow = store.by_number
    store.by_number = lambda number: time.sleep(1) or slow(number)
    began = time.monotonic()
    seen["too slow"] = await known_of("13900139000"), time.monotonic() - began < 0.8
    store.by_number = lambda number: 1 / 0
    seen["broken"] = await known_of("13900139000")
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home: Path = tmp_path_factory.mktemp("customers")
    (home / "straight.yaml").write_text(FLOW)
    return play(home, SETTINGS.format(home=home), ASK, PORTS)


def test_a_customer_is_made_found_and_changed(seen: dict[str, Any]) -> None:
    code, made, etag = seen["add"]
    assert (code, made["numbers"], made["open_matters"], etag) == (201, ["+8675512345678"], ["invoice 17"], '"1"')
    assert (seen["again"][0], seen["again"][1]["error_id"]) == (409, "conflict")
    assert (seen["bad id"][0], seen["bad id"][1]["errors"][0]["field"]) == (422, "body.customer_id")
    assert seen["bad number"][0] == 422
    assert len(seen["other"][1]["customer_id"]) == 26
    assert [one["customer_id"] for one in seen["by number"][1]["items"]] == ["C-1"]
    assert [one["name"] for one in seen["by name"][1]["items"]] == ["Chen Wei"]
    assert [one["name"] for one in seen["next page"][1]["items"]] == ["Wei Chen"]
    assert seen["bad cursor"][0] == 422
    assert seen["no match"][0] == 428
    code, changed, etag = seen["put"]
    assert (code, changed["name"], changed["accounts"], changed["tier"], etag) == (200, "Chen Wei II", [], None, '"2"')
    code, problem, etag = seen["overtaken"]
    assert (code, problem["present"]["name"], problem["etag"]) == (412, "Chen Wei II", "2")
    assert seen["strange etag"][0] == 412
    assert seen["nobody"][0] == 404


def test_calls_know_whose_number_it_is_and_never_wait_for_it(seen: dict[str, Any]) -> None:
    assert seen["before the start"] == "None"
    assert seen["known"] == ["C-1", "Chen Wei II", ""]
    assert seen["too slow"] == [None, True]
    assert seen["broken"] is None


def test_menus_ask_by_account_or_number_and_screens_for_names(seen: dict[str, Any]) -> None:
    assert seen["account gone"] is None
    answer, name = seen["record"]
    assert (answer["name"], answer["account"], name) == ("Anna", "B-1", "Anna")
    assert seen["shared"]["name"] == "Anna"
    assert seen["screen"] == "Chen Wei III"


def test_merged_records_are_one_person_until_they_are_parted(seen: dict[str, Any]) -> None:
    other = seen["other"][1]["customer_id"]
    assert (seen["merge"][1]["kept"], seen["merge"][1]["merged"]) == ("C-1", other)
    merged = seen["merged"][1]
    assert [one["customer_id"] for one in merged["merged"]] == [other]
    assert [one["number"] for one in merged["merges"]] == [seen["merge"][1]["number"]]
    assert {one["contact_id"] for one in seen["history"][1]["items"]} == {"k1", "k2"}
    assert seen["known by the other's number"] == [other, "C-1", "Chen Wei II"], "facts carry who was found"
    assert seen["on the screen"] == "Chen Wei II"
    assert seen["on the screen when the standing one was changed"] == "Chen Wei III"
    assert (seen["undo"][0], seen["undo"][1]["undone_by"]) == (200, "dana")
    assert seen["undo again"][0] == 409
    assert seen["known again"] is True


def test_a_table_is_taken_in_and_its_mistakes_are_told_by_line(seen: dict[str, Any]) -> None:
    code, told, _ = seen["import"]
    assert (code, told["made"]) == (200, 1)
    assert (told["rejected"], told["untold"]) == (2, 0)
    assert [(one["field"], one["rule"]) for one in told["problems"]] == [
        ("line 3", "name is missing"),
        ("line 4", "nothing tells which customer this is"),
    ]
    assert seen["import again"][1]["unchanged"] == 1
    assert seen["no table"][0] == 422
    assert "no column tells customers apart" in seen["no table"][1]["errors"][0]["rule"]
    assert seen["no pair"][0] == 422


def test_a_table_says_in_what_encoding_it_is(seen: dict[str, Any]) -> None:
    code, told, _ = seen["latin"]
    assert (code, told["made"], told["rejected"]) == (200, 0, 1)
    assert told["problems"][0]["rule"] == "name is not text of the table's encoding"
    assert told["problems"][0]["way_out"] == "save the table as UTF-8, or say its encoding, such as windows-1252"
    assert seen["latin, told"][1]["made"] == 1
    assert (seen["told utf-8"][1]["made"], seen["told UTF8"][1]["unchanged"]) == (1, 1)
    code, problem, _ = seen["x-y"]
    assert (code, problem["error_id"]) == (422, "invalid")
    assert "x-y is no encoding that is known here" in problem["errors"][0]["rule"]


def test_a_damaged_table_is_refused_whole_and_named(seen: dict[str, Any]) -> None:
    for name in ("cut", "altered"):
        code, problem, _ = seen[name]
        assert (code, problem["error_id"]) == (422, "invalid"), name
        [told] = problem["errors"]
        assert told["rule"].startswith("the table is a damaged gzip file: "), told
        assert told["way_out"] == "correct the table, and import it again"
        assert seen[f"found after {name}"][1]["items"] == [], "no row of it was taken in"
    [told] = seen["bomb"][1]["errors"]
    assert (told["rule"], told["way_out"]) == ("the table has more than 64 MiB unpacked", "divide it")
    assert (seen["packed"][0], seen["packed"][1]["unchanged"]) == (200, 1)


def test_what_is_left_out_of_a_row_is_told_and_the_form_saves_the_rest(seen: dict[str, Any]) -> None:
    code, told, _ = seen["parts"]
    assert (code, told["changed"], told["rejected"]) == (200, 1, 1)
    assert [(one["field"], one["rule"]) for one in told["problems"]] == [
        ("line 2.numbers", "'1.38E+10' is no telephone number"),
        ("line 2.language", "'Chinese please' is no language tag"),
        ("line 3", "name is missing"),
    ]
    assert seen["emptied"][1]["changed"] == 1
    code, saved, _ = seen["saved by the form"]
    assert (code, saved["tier"], saved["numbers"]) == (200, None, ["+8613900139000", "1001"])
    assert seen["bad key"][1]["problems"] == [
        {
            "field": "line 2",
            "rule": "'../x' is no key",
            "way_out": "write letters, digits and _ . : -, 64 at most, or leave it out: one is made",
        }
    ]


def test_a_database_that_fails_in_the_middle_of_a_table_is_told_with_what_is_in(seen: dict[str, Any]) -> None:
    code, problem, _ = seen["half"]
    assert (code, problem["error_id"]) == (503, "unavailable")
    assert "after line 201 of the table: the rows up to there are in" in problem["detail"]


def test_an_erased_person_is_gone_with_the_sounds_of_their_contacts(seen: dict[str, Any]) -> None:
    assert seen["erase"][1] == {"records": ["C-1"], "contacts": 1, "facts": 1}
    assert seen["gone"] == ["prepared", "k1"]
    assert seen["erased"][0] == 404
    assert seen["delete"][0] == 204


def test_agents_look_and_change_supervisors_merge_administrators_erase(seen: dict[str, Any]) -> None:
    assert seen["as agent"] == [200, 201, 403, 403]
    assert seen["as supervisor"] == [200, 201, 404, 403]
