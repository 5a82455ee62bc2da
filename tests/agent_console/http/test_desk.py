"""The agent's desk over HTTP: own state, the directory, figures."""

from cti_bridge.shell.ami_client import Snapshot
from facts.ids import QueueName
from tests.agent_console.site import Site


def test_a_shift_from_sign_in_to_sign_out(site: Site) -> None:
    anna = site.signed_in("anna")
    assert anna.get("/desk").json()["state"]["declared"] == "LOGGED_OUT"
    refused = anna.post("/desk/ready")
    assert refused.status_code == 409
    assert refused.json()["present"]["declared"] == "LOGGED_OUT"
    state = anna.post("/desk/sign-in").json()
    assert (state["declared"], state["reason"], state["phone"]) == ("NOT_READY", "login", "PJSIP/1001")
    assert anna.post("/desk/sign-in").status_code == 409
    assert anna.post("/desk/ready").json()["declared"] == "READY"
    state = anna.post("/desk/not-ready", {"reason": "break"}).json()
    assert (state["declared"], state["reason"], state["reason_title"]) == ("NOT_READY", "break", "Break")
    assert anna.post("/desk/sign-out").json()["declared"] == "LOGGED_OUT"


def test_a_change_during_a_contact_is_pending(site: Site) -> None:
    anna = site.signed_in("anna")
    site.ready("anna")
    site.answer(site.caller(1))
    state = anna.post("/desk/not-ready", {"reason": "break"}).json()
    assert (state["declared"], state["activity"]) == ("READY", "TALKING")
    assert (state["pending"], state["pending_reason"]) == ("NOT_READY", "break")


def test_a_reason_has_to_be_one_of_the_settings_and_not_the_systems(site: Site) -> None:
    anna = site.signed_in("anna")
    anna.post("/desk/sign-in")
    for reason in ("holiday", "no_answer"):
        problem = anna.post("/desk/not-ready", {"reason": reason}).json()
        assert problem["errors"][0]["field"] == "body.reason"
        assert "break, training" in problem["errors"][0]["rule"]


def test_one_may_work_at_another_phone_unless_somebody_does(site: Site) -> None:
    anna, bruno = site.signed_in("anna"), site.signed_in("bruno")
    assert anna.post("/desk/sign-in", {"phone": "1099"}).json()["phone"] == "PJSIP/1099"
    refused = bruno.post("/desk/sign-in", {"phone": "1099"})
    assert refused.json()["errors"][0]["field"] == "body.phone"
    for phone in ("1099,5", "Local/9@x", "10 99", "1099&1001", "a\r\nb", ""):
        assert bruno.post("/desk/sign-in", {"phone": phone}).status_code == 422, phone


def test_the_own_phone_is_taken_by_who_works_there(site: Site) -> None:
    anna, bruno, root = site.signed_in("anna"), site.signed_in("bruno"), site.signed_in("root")
    own = bruno.get("/desk").json()["state"]["phone"]
    number = own.removeprefix("PJSIP/")
    assert anna.post("/desk/sign-in", {"phone": number}).json()["phone"] == own
    refused = bruno.post("/desk/sign-in")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "body.phone"
    assert "anna" in refused.json()["errors"][0]["rule"]
    by_hand = root.post("/agents/bruno/state", {"declared": "READY"})
    assert by_hand.status_code == 409, by_hand.json()
    assert "anna works there" in by_hand.json()["detail"]
    assert bruno.get("/desk").json()["state"]["declared"] == "LOGGED_OUT"
    assert anna.post("/desk/sign-out").status_code == 200
    assert bruno.post("/desk/sign-in").json()["phone"] == own


def test_one_dials_in_the_name_of_queues_that_one_serves_or_sees_and_for_customers_that_there_are(site: Site) -> None:
    anna = site.signed_in("anna")
    anna.post("/desk/sign-in")
    site.coordinator.switch_connected(Snapshot(channels=(), devices=()))
    number = {"number": "+493012345678"}
    assert site.coordinator.engine.agents_of(QueueName("support")) >= {"anna"}, "who serves it dials for it"
    support = {"title": "Support", "teams": ["south"], "requires": "english>=9"}
    root = site.signed_in("root")
    assert root.put("/settings/queues/support", support, headers={"If-Match": "*"}).status_code == 200
    refused = anna.post("/desk/calls", {**number, "queue": "support", "customer_id": "nobody"})
    assert refused.status_code == 422
    told = {one["field"]: (one["rule"], one["way_out"]) for one in refused.json()["errors"]}
    assert told == {
        "body.queue": (
            "names 'support', which is a queue of other teams",
            "choose a queue that you serve or see, or none",
        ),
        "body.customer_id": (
            "names 'nobody', and there is no such customer",
            "GET /api/v1/customers finds them; or name none",
        ),
    }
    assert anna.post("/desk/calls", {**number, "queue": "sales"}).status_code == 200


def test_a_user_without_an_agent_has_no_desk(site: Site) -> None:
    answer = site.signed_in("root").get("/desk")
    assert answer.status_code == 403
    assert "users" in answer.json()["detail"]


def test_the_directory_finds_whom_one_can_reach_and_says_how_they_are(site: Site) -> None:
    anna = site.signed_in("anna")
    site.ready("bruno")
    found = anna.get("/desk/directory?q=br").json()["items"]
    assert [(one["kind"], one["to"], one["state"]) for one in found] == [("agent", "bruno", "ready")]
    everything = anna.get("/desk/directory").json()["items"]
    assert {(one["kind"], one["to"]) for one in everything} == {
        ("agent", "arne"), ("agent", "bruno"), ("agent", "zoe"),
        ("queue", "sales"), ("queue", "support"), ("queue", "front"), ("flow", "demo"),
        ("number", "+4930123480"), ("number", "+33123456789"),
    }  # fmt: skip


def test_numbers_outside_are_found_by_name_and_a_denied_one_is_not_reachable(site: Site) -> None:
    anna = site.signed_in("anna")

    def found(words: str) -> list[tuple[str, str, bool]]:
        items = anna.get("/desk/directory", params={"q": words}).json()["items"]
        return [(one["title"], one["to"], one["reachable"]) for one in items if one["kind"] == "number"]

    assert found("harbour") == found("+49301234") == [("Harbour control", "+4930123480", True)]
    assert found("denied") == [("Denied line", "+33123456789", False)]
    root = site.signed_in("root")
    entry = {"title": "Night watch", "number": "+4930123499"}
    assert root.put("/settings/phone_book/night", entry, headers={"if-none-match": "*"}).status_code == 200
    assert found("night") == [("Night watch", "+4930123499", True)]
    wrong = root.put("/settings/phone_book/night2", {"number": "030 123,45"}, headers={"if-none-match": "*"}).json()
    assert wrong["errors"][0]["field"].endswith("number")


def test_in_the_directory_who_is_free_comes_first_and_who_talks_cannot_be_called(site: Site) -> None:
    site.daemon.desk.sign_in("anna")
    site.ready("arne")
    site.answer(site.caller(1, "sales"))
    site.ready("zoe")
    bruno = site.signed_in("bruno")

    def found(words: str) -> list[tuple[str, str, bool]]:
        items = bruno.get(f"/desk/directory?q={words}").json()["items"]
        return [(one["to"], one["state"], one["reachable"]) for one in items if one["kind"] == "agent"]

    assert found("e") == [("zoe", "ready", True), ("anna", "not_ready", True), ("arne", "talking", False)]
    assert found("a") == [("anna", "not_ready", True), ("arne", "talking", False), ("zoe", "ready", True)]


def test_own_figures_are_those_of_the_report(site: Site) -> None:
    anna = site.signed_in("anna")
    site.ready("anna")
    site.answer(site.caller(1))
    site.passes(30)
    figures = anna.get("/desk/figures").json()
    assert figures["day"] == "2027-01-14T23:00:00.000000Z"
    assert figures["figures"]["handled"]["formula"] == "handled"
    assert figures["figures"]["occupancy"]["value"] > 0


def test_an_act_on_what_is_not_at_this_desk_is_refused(site: Site) -> None:
    anna = site.signed_in("anna")
    site.caller(1)
    for act in ("answer", "hold", "hang_up"):
        assert anna.post(f"/contacts/call-1/acts/{act}").status_code in {403, 404, 409}
    assert anna.post("/contacts/none/acts/hold").status_code == 404
    assert anna.post("/contacts/call-1/acts/explode").status_code in {404, 405}


def test_a_call_that_cannot_be_made_now_is_told_with_the_desk_as_it_is(site: Site) -> None:
    site.ready("anna")
    site.answer(site.caller(1))
    refused = site.signed_in("anna").post("/desk/calls", {"number": "+4930123456"})
    assert (refused.status_code, refused.json()["reason_id"]) == (409, "engaged")
    assert (refused.json()["present"]["agent"], refused.json()["present"]["activity"]) == ("anna", "TALKING")
