"""Corrections over HTTP: supervisors tell time and outcomes of their people anew; story and audit have both."""

from typing import Any, Final

from agent_console.documents.values import moment_text
from facts.ids import AgentId, ContactId
from facts.journal import DispositionSet
from facts.time import SECOND
from storage.audit import AuditLog
from tests.agent_console.site import Site

ANY: Final = {"If-Match": "*"}
"""Whatever counts now."""


def work(site: Site) -> int:
    """Anna is ready for ten minutes, on a break for ten, and ready again for ten; gives when she began."""
    began = site.clock.now()
    site.ready("anna")
    site.passes(600)
    site.daemon.desk.not_ready("anna", "break")
    site.passes(600)
    site.daemon.desk.ready("anna")
    site.passes(600)
    site.ready("zoe")
    return began


def at(began: int, seconds: float) -> str:
    return moment_text(began + round(seconds * SECOND))


def times(browser: Any, began: int) -> list[tuple[str, str | None, float]]:
    answer = browser.get("/agents/anna/times", params={"from": at(began, 0), "to": at(began, 1800)})
    assert answer.status_code == 200, answer.text

    def seconds(text: str) -> float:
        return float(text[17:26]) + 60 * int(text[14:16]) + 3600 * int(text[11:13])

    return [
        (piece["state"], piece["reason"], seconds(piece["end"]) - seconds(piece["start"]))
        for piece in answer.json()["pieces"]
        if piece["start"] != piece["end"]
    ]


def corrections(browser: Any, began: int, start: float, end: float) -> list[Any]:
    answer = browser.get("/agents/anna/times", params={"from": at(began, start), "to": at(began, end)})
    found: list[Any] = answer.json()["corrections"]
    return found


def test_a_break_that_was_a_training_is_told_anew(site: Site) -> None:
    began = work(site)
    nora = site.signed_in("nora")
    assert times(nora, began) == [("READY", None, 600), ("NOT_READY", "break", 600), ("READY", None, 600)]
    wish = {
        "start": at(began, 500),
        "end": at(began, 1100),
        "declared": "NOT_READY",
        "reason": "training",
        "why": "new tool",
    }
    answer = nora.post("/agents/anna/corrections", wish, headers=ANY)
    assert answer.status_code == 200, answer.text
    assert [(piece["state"], piece["reason"]) for piece in answer.json()["replaced"]] == [
        ("READY", None),
        ("NOT_READY", "break"),
    ]
    corrected = times(nora, began)
    by_state = {(state, reason): 0.0 for state, reason, _ in corrected}
    for state, reason, seconds in corrected:
        by_state[state, reason] += seconds
    assert by_state == {("READY", None): 1100, ("NOT_READY", "training"): 600, ("NOT_READY", "break"): 100}
    assert nora.post("/agents/anna/corrections", wish, headers=ANY).status_code == 404, "it counts so already"
    (trail,) = corrections(nora, began, 0, 1800)
    assert (trail["by"], trail["why"], trail["state"], trail["reason"]) == ("nora", "new tool", "NOT_READY", "training")
    assert (trail["start"], trail["end"]) == (wish["start"], wish["end"])
    assert [piece["reason"] for piece in trail["replaced"]] == [None, "break"]
    assert corrections(nora, began, 1200, 1800) == [], "another time was not corrected"
    again = {"start": at(began, 600), "end": at(began, 700), "declared": "READY"}
    assert nora.post("/agents/anna/corrections", again, headers=ANY).status_code == 200
    assert [one["state"] for one in corrections(nora, began, 0, 1800)] == ["READY", "NOT_READY"]
    told = AuditLog(site.journal).changes(resource="agent_time", key="anna")[-1]
    assert (told.change.actor, told.change.action) == ("nora", "corrected")
    assert [piece["reason"] for piece in told.change.before] == [None, "break"]


def test_what_cannot_be_corrected_says_why(site: Site) -> None:
    began = work(site)
    nora = site.signed_in("nora")

    def refused(
        start: float, end: float, declared: str = "NOT_READY", reason: str | None = "training"
    ) -> tuple[int, str]:
        answer = nora.post(
            "/agents/anna/corrections",
            {"start": at(began, start), "end": at(began, end), "declared": declared, "reason": reason},
            headers=ANY,
        )
        return answer.status_code, answer.text

    for start, end, words in (
        (500, 500, "ends before it begins"),
        (1000, 2000, "not over yet"),
        (1000, 1500, "present state began before"),
        (-86_400 * 40, 0, "31 days at most"),
        (-86_400 * 500, -86_400 * 490, "a year ago"),
    ):
        status, text = refused(start, end)
        assert (status, words in text) == (422, True), text
    assert "no reason 'dancing'" in refused(0, 500, reason="dancing")[1]
    assert "no reason ''" in refused(0, 500, reason=None)[1]
    assert refused(-500, 0)[0] == 404, "nobody was signed in"
    assert site.signed_in("sam").post("/agents/anna/corrections", {}, headers=ANY).status_code == 422
    other = site.signed_in("sam").get("/agents/anna/times", params={"from": at(began, 0), "to": at(began, 9)})
    assert other.status_code == 403
    assert (
        site.signed_in("anna").get("/agents/anna/times", params={"from": at(0, 0), "to": at(0, 9)}).status_code == 403
    )


def test_an_outcome_is_told_anew_and_the_story_has_both(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(1, "sales")
    site.answer(contact)
    site.coordinator.record(
        DispositionSet(
            contact_id=ContactId(contact), agent_id=AgentId("anna"), disposition="solved", resolved=True, notes="quick"
        )
    )
    nora = site.signed_in("nora")
    url = f"/contacts/{contact}/corrections"
    answer = nora.post(
        url, {"disposition": "follow_up", "resolved": False, "why": "the customer called again"}, headers=ANY
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "contact_id": contact,
        "disposition": "follow_up",
        "resolved": False,
        "was": "solved",
        "was_resolved": True,
        "by": "nora",
        "etag": nora.get(f"/contacts/{contact}").json()["outcome_etag"],
    }
    story = nora.get(f"/contacts/{contact}/story").text
    assert "anna noted solved, resolved" in story
    assert "nora corrected the outcome: follow_up, not resolved; it was solved, resolved" in story
    found = nora.get(f"/contacts/{contact}").json()
    assert (found["outcome"]["disposition"], found["outcome"]["resolved"]) == ("follow_up", False)
    again = nora.post(url, {"disposition": "solved", "resolved": None, "notes": "x"}, headers=ANY).json()
    assert (again["was"], again["was_resolved"]) == ("follow_up", False), "a correction is corrected in turn"
    assert nora.post(url, {"disposition": "dancing"}, headers=ANY).status_code == 422
    assert nora.post("/contacts/nobody/corrections", {}, headers=ANY).status_code == 404
    assert site.signed_in("sam").post(url, {}, headers=ANY).status_code == 403
    told = [one.change.after["disposition"] for one in AuditLog(site.journal).changes(resource="contact", key=contact)]
    assert told == ["solved", "follow_up"]


def etag_of(answer: Any) -> dict[str, str]:
    """The header with which one corrects what one has read."""
    assert answer.status_code == 200, answer.text
    return {"If-Match": answer.headers["ETag"]}


def of_time(began: int, start: float, end: float, reason: str) -> dict[str, Any]:
    return {"start": at(began, start), "end": at(began, end), "declared": "NOT_READY", "reason": reason}


def test_of_two_who_correct_the_same_time_the_second_is_told_what_counts_now(site: Site) -> None:
    began = work(site)
    nora, root = site.signed_in("nora"), site.signed_in("root")
    day = {"from": at(began, 0), "to": at(began, 1800)}
    read = nora.get("/agents/anna/times", params=day)
    seen = etag_of(read)
    assert seen == {"If-Match": f'"{read.json()["etag"]}"'}
    url = "/agents/anna/corrections"
    assert nora.post(url, of_time(began, 500, 1100, "training")).status_code == 428, "which version does it change?"
    first = root.post(url, of_time(began, 500, 1100, "training"), headers=seen)
    assert first.status_code == 200, first.text

    late = nora.post(url, of_time(began, 600, 900, "break"), headers=seen)
    assert (late.status_code, late.json()["error_id"]) == (412, "edited_meanwhile"), late.text
    assert "root corrected that time" in late.json()["detail"]
    present = late.json()["present"]
    assert [(piece["state"], piece["reason"]) for piece in present["pieces"]] == [("NOT_READY", "training")]
    assert [one["by"] for one in present["corrections"]] == ["root"]
    assert late.headers["ETag"] == f'"{late.json()["etag"]}"' == first.headers["ETag"]
    assert corrections(nora, began, 0, 1800) == present["corrections"], "a refused correction changes nothing"

    other_time = nora.post(url, of_time(began, 0, 400, "break"), headers=seen)
    assert other_time.status_code == 200, "nobody else corrected that stretch since it was read"
    assert nora.post(url, of_time(began, 600, 900, "break"), headers={"If-Match": '"x"'}).status_code == 412
    again = nora.post(url, of_time(began, 600, 900, "break"), headers={"If-Match": late.headers["ETag"]})
    assert again.status_code == 200, again.text


def test_of_two_who_correct_the_same_outcome_the_second_is_told_what_counts_now(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(1, "sales")
    site.answer(contact)
    nora, root = site.signed_in("nora"), site.signed_in("root")
    read = nora.get(f"/contacts/{contact}")
    seen = etag_of(read)
    assert seen == {"If-Match": f'"{read.json()["outcome_etag"]}"'}
    url = f"/contacts/{contact}/corrections"
    assert nora.post(url, {"disposition": "solved"}).status_code == 428
    first = root.post(url, {"disposition": "solved", "resolved": True, "notes": "all well"}, headers=seen)
    assert first.status_code == 200, first.text

    late = nora.post(url, {"disposition": "follow_up", "resolved": False}, headers=seen)
    assert (late.status_code, late.json()["error_id"]) == (412, "edited_meanwhile"), late.text
    assert "root told another outcome" in late.json()["detail"]
    present = late.json()["present"]
    assert present["outcome"] == {"disposition": "solved", "resolved": True, "notes": "all well"}
    assert present == nora.get(f"/contacts/{contact}").json(), "a refused correction changes nothing"
    assert late.headers["ETag"] == first.headers["ETag"] == f'"{present["outcome_etag"]}"'
    again = nora.post(url, {"disposition": "follow_up", "resolved": False}, headers=etag_of(first))
    assert again.status_code == 200, again.text
    assert nora.get(f"/contacts/{contact}").json()["outcome"]["notes"] == "all well"


def test_what_the_agent_said_meanwhile_is_not_overwritten_either(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(1, "sales")
    site.answer(contact)
    nora = site.signed_in("nora")
    seen = etag_of(nora.get(f"/contacts/{contact}"))
    said = {"disposition": "solved", "resolved": True, "notes": ""}
    assert site.signed_in("anna").put(f"/contacts/{contact}/outcome", said).status_code == 200
    late = nora.post(f"/contacts/{contact}/corrections", {"disposition": "follow_up"}, headers=seen)
    assert (late.status_code, late.json()["present"]["outcome"]) == (412, said), late.text
    assert "the agent told another outcome" in late.json()["detail"]


def test_what_is_not_said_of_a_correction_follows_from_its_disposition(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(1, "sales")
    site.answer(contact)
    nora, url = site.signed_in("nora"), f"/contacts/{contact}/corrections"
    anyhow = {"If-Match": "*"}
    assert nora.post(url, {"disposition": "solved"}, headers=anyhow).json()["resolved"] is True
    assert nora.post(url, {"disposition": "follow_up"}, headers=anyhow).json()["resolved"] is None
    assert nora.post(url, {"disposition": "solved", "resolved": None}, headers=anyhow).json()["resolved"] is None
    assert nora.post(url, {"disposition": "solved", "resolved": False}, headers=anyhow).json()["resolved"] is False


def test_an_agents_last_word_does_not_cover_what_was_told_meanwhile_when_it_says_what_it_read(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(1, "sales")
    site.answer(contact)
    anna, nora, url = site.signed_in("anna"), site.signed_in("nora"), f"/contacts/{contact}/outcome"
    read = anna.get("/desk").json()["contacts"][0]["outcome_etag"]
    first = anna.put(url, {"notes": "one tab"}, headers={"If-Match": f'"{read}"'})
    assert first.status_code == 200, first.text
    assert first.headers["ETag"] == f'"{first.json()["outcome_etag"]}"' != f'"{read}"'
    other = anna.put(url, {"notes": "another tab"}, headers={"If-Match": f'"{read}"'})
    assert (other.status_code, other.json()["error_id"]) == (412, "edited_meanwhile")
    assert other.json()["present"]["outcome"]["notes"] == "one tab"
    assert other.headers["ETag"] == first.headers["ETag"]
    corrected = {"disposition": "solved", "notes": "told anew"}
    told = nora.post(f"/contacts/{contact}/corrections", corrected, headers=etag_of(first))
    assert told.status_code == 200, told.text
    late = anna.put(url, {"notes": "one tab, more"}, headers=etag_of(first))
    assert (late.status_code, late.json()["present"]["outcome"]["notes"]) == (412, "told anew")
    assert nora.get(f"/contacts/{contact}").json()["outcome"]["disposition"] == "solved"
    for anyhow in ({"If-Match": "*"}, {}):
        assert anna.put(url, {"notes": "the last word"}, headers=anyhow).status_code == 200
    assert site.signed_in("bruno").put(url, {"notes": "no"}, headers={"If-Match": '"x"'}).status_code == 404
