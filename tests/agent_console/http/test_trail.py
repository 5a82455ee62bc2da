"""Every change is audited: who, what, when, and what was before and after. Made of the API's description.

What an agent does at their own desk and with their own calls is in the journal, fact by fact.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from facts.ids import AgentId, ContactId, QueueName
from facts.journal import RecordingStarted, RecordingStopped, VoicemailLeft
from facts.time import SECOND
from tests.agent_console.http.operations import OPERATIONS
from tests.agent_console.site import Browser, Site, opened

ENTRIES = {"8000": {"title": "Main", "flow": "demo", "queue": "front", "emergency": "demo"}}
CUSTOMER = {"customer_id": "c1", "name": "Chen Wei", "numbers": ["+4930123"]}
ANY: Final = {"If-Match": "*"}
NEW: Final = {"If-None-Match": "*"}
OTHERWISE: Final = {
    "sign_in", "sign_out", "make_token", "end_token", "change_password", "reset_password", "lock_user", "unlock_user",
    "end_sessions",  # of accounts: test_accounts_say_what_was_done
    "correct_agent_time", "correct_contact_outcome",  # tests/agent_console/http/test_corrections.py
    "monitor_contact", "stop_monitoring", "cancel_callback",  # tests/agent_console/virtual, and below
    "erase_customer",  # tests/cti_bridge/app/test_customers_over_http.py: nothing of the person may be told
    "call_voicemail_back",  # tests/agent_console/virtual
    "preview_change",  # changes nothing
}  # fmt: skip
FACTS: Final = {one.name for one in OPERATIONS if one.path.startswith(("/api/v1/desk/", "/api/v1/contacts/"))} - {
    "set_priority", "move_contact", "withdraw_contact", "monitor_contact", "stop_monitoring", "correct_contact_outcome",
}  # fmt: skip
"""Own state and own calls."""

Step = tuple[str, str, str, Any, dict[str, str], str, str, Any, Any]
STEPS: Final[tuple[Step, ...]] = (
    # operation, method, path, body, headers; resource, key, before, after: parts of what the trail says
    ("set_priority", "POST", "/contacts/call-1/priority", {"priority": 4}, {}, "contact", "call-1",
     {"priority": 0}, {"priority": 4}),
    ("move_contact", "POST", "/contacts/call-1/move", {"queue": "front"}, {}, "contact", "call-1",
     {"queue": "sales"}, {"queue": "front"}),
    ("withdraw_contact", "POST", "/contacts/call-2/withdraw", {}, {}, "contact", "call-2", {"queue": "sales"}, None),
    ("set_agent_state", "POST", "/agents/anna/state", {"declared": "NOT_READY", "reason": "break"}, {}, "agent",
     "anna", {"declared": "LOGGED_OUT"}, {"declared": "NOT_READY", "reason": "break"}),
    ("set_agent_skills", "PUT", "/agents/anna/skills", {"skills": {"english": 2}}, {}, "agents", "anna",
     {"skills": {"english": 5}}, {"skills": {"english": 2}}),
    ("set_agent_queues", "PUT", "/agents/anna/queues", {"without_queues": ["sales"], "extra_queues": []}, {},
     "agents", "anna", {"skills": {"english": 2}}, {"skills": {"english": 2}, "without_queues": ["sales"]}),
    ("say_to_team", "POST", "/teams/north/messages", {"text": "hello"}, {}, "team", "north", None, {"text": "hello"}),
    ("close_queue", "POST", "/queues/sales/close", {}, {}, "queue", "sales",
     {"open": True, "closed_by_hand": False}, {"open": False, "closed_by_hand": True}),
    ("open_queue", "POST", "/queues/sales/open", {}, {}, "queue", "sales",
     {"open": False, "closed_by_hand": True}, {"open": True, "closed_by_hand": False}),
    ("throw_emergency", "POST", "/entry-points/8000/emergency", {}, {}, "entry_point", "8000",
     {"emergency": False}, {"emergency": True}),
    ("put_back_emergency", "POST", "/entry-points/8000/normal", {}, {}, "entry_point", "8000",
     {"emergency": True}, {"emergency": False}),
    ("put_setting", "PUT", "/settings/reasons/tea", {"title": "Tea"}, NEW, "reasons", "tea", None, {"title": "Tea"}),
    ("put_setting", "PUT", "/settings/reasons/tea", {"title": "Cake"}, ANY, "reasons", "tea",
     {"title": "Tea"}, {"title": "Cake"}),
    ("change_settings", "POST", "/settings/changes",
     {"changes": [{"section": "reasons", "name": "tea", "document": {"title": "Pie"}, "match": "*"}]}, {}, "reasons",
     "tea", {"title": "Cake"}, {"title": "Pie"}),
    ("undo_revision", "POST", "/settings/revisions/{last}/undo", {}, {}, "reasons", "tea",
     {"title": "Pie"}, {"title": "Cake"}),
    ("delete_setting", "DELETE", "/settings/reasons/tea", None, ANY, "reasons", "tea", {"title": "Cake"}, None),
    ("import_settings", "POST", "/settings/import", "skills: {english: Speaks it well}", {}, "skills", "english",
     "Speaks English", "Speaks it well"),
    ("add_customer", "POST", "/customers", CUSTOMER, {}, "customer", "c1", None, {"name": "Chen Wei"}),
    ("put_customer", "PUT", "/customers/c1", {"name": "Chen W"}, ANY, "customer", "c1",
     {"name": "Chen Wei"}, {"name": "Chen W"}),
    ("import_customers", "POST", "/customers/import", "customer_id,name\nc2,Ada\n", {}, "customer", "c2", None,
     {"name": "Ada"}),
    ("merge_customers", "POST", "/customers/c1/merge", {"other": "c2"}, {}, "customer", "c2",
     {"merged_into": None}, {"merged_into": "c1", "number": 1}),
    ("undo_merge", "POST", "/customers/merges/1/undo", {}, {}, "customer", "c2",
     {"merged_into": "c1", "number": 1}, {"merged_into": None}),
    ("delete_customer", "DELETE", "/customers/c2", None, ANY, "customer", "c2", {"name": "Ada"}, None),
    ("delete_recording", "DELETE", "/recordings/{recording}", None, {}, "recording", "{recording}",
     {"deleted": False}, {"deleted": True}),
    ("mark_voicemail_done", "POST", "/voicemails/{voicemail}/done", {}, {}, "recording", "{voicemail}",
     {"done": False}, {"done": True}),
    ("reopen_voicemail", "POST", "/voicemails/{voicemail}/reopen", {}, {}, "recording", "{voicemail}",
     {"done": True}, {"done": False}),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("trail"), {"entry_points": ENTRIES}) as found:
        for number in (1, 2):
            found.caller(number, "sales")
        of: Any = {"contact_id": ContactId("k1"), "agent_id": AgentId("anna"), "queue": QueueName("sales")}
        found.coordinator.record(RecordingStarted(**of, file="k1.wav"))
        found.coordinator.record(RecordingStopped(**of, file="k1.wav", length_us=SECOND))
        left = VoicemailLeft(contact_id=ContactId("call-1"), mailbox="sales", file="v1.wav", length_us=SECOND)
        found.coordinator.record(left)
        found.daemon._writer.flush().result(5)
        found.recordings._filler.step()
        yield found


def names(root: Browser) -> dict[str, str]:
    """Of what only the site itself can name."""
    revisions = root.get("/settings/revisions?limit=1").json()["items"]
    return {
        "{last}": str(revisions[0]["number"]) if revisions else "",
        "{recording}": root.get("/recordings").json()["items"][0]["recording_id"],
        "{voicemail}": root.get("/voicemails").json()["items"][0]["voicemail_id"],
    }


def named(text: str, of: dict[str, str]) -> str:
    for name, value in of.items():
        text = text.replace(name, value)
    return text


def holds(told: Any, part: Any) -> bool:
    """Whether what the trail tells has this in it."""
    if isinstance(part, dict):
        return isinstance(told, dict) and all(told.get(name) == value for name, value in part.items())
    return bool(told == part)


def test_no_operation_is_forgotten() -> None:
    changing = {one.name for one in OPERATIONS if one.method != "GET"}
    assert changing - {step[0] for step in STEPS} - OTHERWISE - FACTS == set()


def test_each_change_says_who_did_what_and_what_was_before_and_after(site: Site) -> None:
    root = site.signed_in("root")
    for operation, method, path, body, headers, resource, key, before, after in STEPS:
        last = root.get("/audit?limit=1").json()["items"][0]["number"]
        of = names(root)
        more: dict[str, Any] = {"content": body} if isinstance(body, str) else {} if body is None else {"json": body}
        kind = {"import_settings": "application/yaml", "import_customers": "text/csv"}.get(operation)
        sent = {**headers, **({"Content-Type": kind} if kind else {})}
        answer = root.ask(method, named(path, of), headers=sent, **more)
        assert answer.status_code in {200, 201, 204}, (operation, answer.status_code, answer.text)
        new = [one for one in root.get("/audit?limit=20").json()["items"] if one["number"] > last]
        told = [one for one in new if (one["resource"], one["key"]) == (resource, named(key, of))]
        assert len(told) == 1, (operation, new)
        assert told[0]["actor"] == "root"
        assert told[0]["action"]
        assert holds(told[0]["before"], before), (operation, told[0])
        assert holds(told[0]["after"], after), (operation, told[0])


def test_accounts_say_what_was_done(site: Site) -> None:
    root = site.signed_in("root")
    site.give_password("bruno")
    for path, action, before, after in (
        ("/users/bruno/password", "one_time_password", None, None),
        ("/users/bruno/lock", "locked", {"locked": False}, {"locked": True}),
        ("/users/bruno/unlock", "unlocked", {"locked": True}, {"locked": False}),
    ):
        assert root.post(path).status_code in {200, 204}
        (told,) = root.get("/audit?limit=1").json()["items"]
        assert (told["actor"], told["resource"], told["key"], told["action"]) == ("root", "account", "bruno", action)
        assert (told["before"], told["after"]) == (before, after)
    secret = root.post("/tokens", {"name": "board", "scopes": ["read"]}).json()["secret"]
    (told,) = root.get("/audit?limit=1").json()["items"]
    assert (told["actor"], told["resource"]) == ("root", "account")
    assert secret not in str(root.get("/audit?limit=200").json()), "no secret is told"
