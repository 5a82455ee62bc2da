"""How far a supervisor sees and reaches: own teams and their queues, and not beyond."""

from collections.abc import Iterator

import pytest

from tests.agent_console.site import Browser, Site, opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("site")) as found:
        found.ready("anna", "bruno")
        for number, queue in ((1, "sales"), (2, "support"), (3, "front"), (4, "sales")):
            found.caller(number, queue)
        yield found


@pytest.fixture(scope="module")
def nora(site: Site) -> Browser:
    return site.signed_in("nora")


def names(browser: Browser, path: str, key: str) -> set[str]:
    return {item[key] for item in browser.get(path).json()["items"]}


def test_lists_show_own_teams_and_queues_and_those_of_nobody_in_particular(site: Site, nora: Browser) -> None:
    assert names(nora, "/agents", "agent") == {"anna", "arne"}
    assert names(nora, "/queues", "queue") == {"sales", "front"}
    assert names(nora, "/teams", "team") == {"north"}
    everything = site.signed_in("root")
    assert names(everything, "/agents", "agent") == {"anna", "arne", "bruno", "zoe"}
    assert names(everything, "/queues", "queue") == {"sales", "front", "support"}
    levels = {item["skill"]: item["agents"] for item in nora.get("/skills").json()["items"]}
    assert levels == {"english": {"anna": 5, "arne": 3}}


def test_an_agent_sees_colleagues_but_only_contacts_of_their_own(site: Site) -> None:
    anna = site.signed_in("anna")
    assert names(anna, "/agents", "agent") == {"anna", "arne"}
    assert anna.get("/agents/bruno").status_code == 403
    seen = anna.get("/contacts").json()["items"]
    assert all("anna" in item["agents"] for item in seen)


FOREIGN: list[tuple[str, str, object]] = [
    ("GET", "/agents/bruno", None),
    ("GET", "/agents/bruno/explanation", None),
    ("POST", "/agents/bruno/state", {"declared": "LOGGED_OUT"}),
    ("PUT", "/agents/bruno/skills", {"skills": {}}),
    ("GET", "/agents/bruno/queues", None),
    ("PUT", "/agents/bruno/queues", {"without_queues": [], "extra_queues": []}),
    ("PUT", "/agents/anna/queues", {"without_queues": [], "extra_queues": ["support"]}),
    ("PUT", "/agents/anna/queues", {"without_queues": ["support"], "extra_queues": []}),
    ("GET", "/queues/support", None),
    ("GET", "/queues/support/waiting", None),
    ("POST", "/queues/support/close", None),
    ("POST", "/queues/support/open", None),
    ("POST", "/teams/south/messages", {"text": "hello"}),
    ("GET", "/contacts/call-2", None),
    ("GET", "/contacts/call-2/story", None),
    ("GET", "/contacts/call-2/explanation", None),
    ("POST", "/contacts/call-2/priority", {"priority": 5}),
    ("POST", "/contacts/call-2/move", {"queue": "sales"}),
    ("POST", "/contacts/call-2/return", None),
    ("POST", "/contacts/call-2/withdraw", None),
    ("POST", "/contacts/call-2/monitor", {"mode": "listen"}),
    ("DELETE", "/contacts/call-2/monitor", None),
    ("POST", "/contacts/call-1/move", {"queue": "support"}),
    ("GET", "/agents/zoe", None),
]


@pytest.mark.parametrize(("method", "path", "body"), FOREIGN, ids=[f"{method} {path}" for method, path, _ in FOREIGN])
def test_what_is_of_another_team_is_refused(nora: Browser, method: str, path: str, body: object) -> None:
    answer = nora.ask(method, path, **({} if body is None else {"json": body}))
    assert answer.status_code == 403, answer.text
    assert answer.json()["error_id"] == "forbidden"


def test_what_is_not_there_is_not_found_for_everybody(nora: Browser) -> None:
    for path in (
        "/agents/nobody",
        "/queues/none",
        "/contacts/none",
        "/contacts/none/explanation",
        "/agents/n/explanation",
    ):
        assert nora.get(path).status_code == 404, path


def test_contacts_of_all_times_are_those_of_own_agents_and_queues(site: Site, nora: Browser) -> None:
    seen = {item["contact_id"]: item for item in nora.get("/contacts").json()["items"]}
    assert set(seen) == {"call-1", "call-3", "call-4"}
    assert set(names(site.signed_in("root"), "/contacts", "contact_id")) == {"call-1", "call-2", "call-3", "call-4"}
    assert {item["contact_id"] for item in nora.get("/contacts?queue=sales").json()["items"]} == {"call-1", "call-4"}


def test_why_an_agent_idles_tells_nothing_of_contacts_of_other_queues(site: Site, nora: Browser) -> None:
    why = nora.get("/agents/arne/explanation").json()
    assert {one["queue"] for one in why["contacts"]} <= {"sales", "front"}
