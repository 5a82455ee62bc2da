"""From a number on the floor to what is behind it: contacts, their whole stories with their sounds."""

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.centre import SETTINGS, Centre
from tests.browser.people import People, Person
from tests.browser.test_floor import row, side
from tests.sip_phone import audio

TONE_S = 20
"""So long that nobody is at its end before they have looked."""
PROMISE = {"threshold_s": 1, "target": 0.9}
STEPS = (
    "Reached the centre",
    "Chose in the menu",
    "Joined a queue",
    "Connected",
    "Recording began",
    "Recording complete",
    "Ended",
)


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the switch writes its sounds."""
    folder = tmp_path_factory.mktemp("spool")
    (folder / "recording").mkdir()
    return folder


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, spool: Path) -> Iterator[Centre]:
    """Talks of sales are recorded."""
    asterisk = {"ami": {"user": "u", "secret": "s"}, "agi": {"token": "t"}, "spool_folder": str(spool)}
    queues = {
        **SETTINGS["queues"],
        "sales": {**SETTINGS["queues"]["sales"], "recording": "always", "service_level": PROMISE},
        "support": {**SETTINGS["queues"]["support"], "wrap_up_s": 600},  # nobody is offered to Cyd meanwhile
    }
    one = Centre(tmp_path_factory.mktemp("centre"), {"asterisk": asterisk, "queues": queues})
    try:
        yield one
    finally:
        one.stop()
    assert "Traceback" not in one.log, one.log[-5000:]


def recorded_talk(centre: Centre, spool: Path, name: str) -> None:
    """Somebody talked with Ann, who is ready, and the switch wrote down the sound."""
    contact = centre.call(name)
    centre.answer("1001")
    centre.until(lambda: started(centre, contact))
    centre.hang_up(contact)
    centre.until(lambda: stopped(centre, contact))
    [fact] = started(centre, contact)
    audio.write_wav(spool / "recording" / fact["file"], audio.tone(700.0, TONE_S))


def started(centre: Centre, contact: str) -> list[Any]:
    return [one for one in centre.tell("facts", kind="RecordingStarted") if one["contact_id"] == contact]


def stopped(centre: Centre, contact: str) -> list[Any]:
    return [one for one in centre.tell("facts", kind="RecordingStopped") if one["contact_id"] == contact]


def heard(centre: Centre) -> list[tuple[str, str]]:
    """Who heard what, as the audit log has it."""
    return [(one["actor"], one["key"]) for one in centre.tell("audited") if one["action"] == "heard"]


def test_a_story_is_read_its_recording_heard_and_the_audit_log_tells_by_whom(
    people: People, centre: Centre, spool: Path
) -> None:
    centre.work("ann")
    before = heard(centre)
    recorded_talk(centre, spool, "Rita Recorded")
    nora = people.user("nora", "/contacts")
    nora.page.get_by_role("main").get_by_role("button", name=re.compile("Rita Recorded")).click()
    lines = nora.page.get_by_role("listitem").filter(has=nora.page.locator("time"))
    expect(lines.filter(has_text=STEPS[-1]).last).to_be_visible()
    told = [line.locator("span").first.inner_text() for line in lines.all()]
    assert [fact for fact in told if fact in STEPS] == list(STEPS), told
    expect(lines.filter(has_text="Connected").first).to_contain_text("with Ann Lake")
    expect(lines.filter(has_text="Chose in the menu")).to_contain_text("Reception, choose: chose sales")
    expect(nora.page.get_by_role("figure")).to_contain_text("Recording with Ann Lake")
    nora.page.reload()
    sound = nora.page.locator("audio")
    expect(sound).to_be_visible()
    assert heard(centre) == before, "to look is not to listen"

    sound.focus()
    nora.page.keyboard.press("Space")
    nora.page.wait_for_function("() => document.querySelector('audio').currentTime > 0.5")
    assert sound.evaluate("(one) => one.duration") == pytest.approx(TONE_S, abs=0.1)
    nora.page.wait_for_function("() => document.querySelector('audio').currentTime > 1")
    assert [who for who, _ in heard(centre)] == [*(who for who, _ in before), "nora"]

    root = people.user("root", "/administration/audit")
    line = root.page.get_by_role("table").get_by_role("row").filter(has_text="nora").filter(has_text="heard")
    expect(line).to_have_count(1)


def message(centre: Centre, spool: Path, name: str) -> dict[str, Any]:
    """Somebody leaves sales a message; the fact of it."""
    contact = centre.call(name, keys="4#")  # the second key ends the message
    centre.until(lambda: facts_of(centre, "VoicemailLeft", contact))
    [fact] = facts_of(centre, "VoicemailLeft", contact)
    audio.write_wav(spool / "recording" / Path(fact["file"]).name, audio.tone(700.0, TONE_S))
    return dict(fact)


def facts_of(centre: Centre, kind: str, contact: str) -> list[Any]:
    return [one for one in centre.tell("facts", kind=kind) if one["contact_id"] == contact]


def voicemail(person: Person, name: str) -> Locator:
    """A message in the list."""
    return person.page.get_by_role("grid", name="Voicemails").get_by_role("row").filter(has_text=name)


def test_a_message_is_heard_called_back_and_done_with_and_everybody_sees_by_whom(
    people: People, centre: Centre, spool: Path
) -> None:
    nora, ann = people.user("nora", "/voicemails"), people.agent("ann")
    expect(nora.page.get_by_role("main")).to_contain_text("No message waits for you")
    before = heard(centre)
    left = message(centre, spool, "Mia Message")
    expect(voicemail(nora, "Mia Message")).to_contain_text("Not heard yet")
    expect(voicemail(nora, "Mia Message")).to_contain_text("Sales")

    ann.page.get_by_role("navigation", name="Views").get_by_role("link", name="Voicemails").click()
    expect(voicemail(ann, "Mia Message")).to_have_count(1)
    voicemail(ann, "Mia Message").focus()
    ann.page.keyboard.press("Enter")
    one = ann.page.get_by_role("article", name="Mia Message")
    expect(one).to_contain_text("Listening is logged")
    expect(one.get_by_role("link", name="Contact")).to_have_count(0)
    assert heard(centre) == before, "to look is not to listen"
    ann.page.keyboard.press("p")
    ann.page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")
    ann.page.keyboard.press("p")
    assert ann.page.locator("audio").evaluate("(one) => one.paused")
    expect(voicemail(nora, "Mia Message")).to_contain_text("Heard by ann")
    assert [who for who, _ in heard(centre)] == [*(who for who, _ in before), "ann"]
    with ann.page.expect_download() as saved:
        one.get_by_role("link", name="Download").click()
    assert saved.value.suggested_filename.endswith(".wav")

    ann.page.keyboard.press("b")
    centre.answers_by_itself("1001")
    expect(ann.contact).to_contain_text("Talking")
    expect(ann.page).to_have_url(re.compile("/desk$"))
    expect(voicemail(nora, "Mia Message")).to_contain_text("Called back by ann")
    ann.page.go_back()
    back = ann.page.get_by_role("button", name="Call back")
    expect(back).to_have_attribute("aria-disabled", "true")
    back.hover()
    expect(ann.page.get_by_role("tooltip")).to_have_text("End your present contact first")
    ann.page.keyboard.press("e")
    expect(voicemail(ann, "Mia Message")).to_have_count(0)
    expect(voicemail(nora, "Mia Message")).to_have_count(0)

    nora.page.get_by_text("Done", exact=True).click()
    voicemail(nora, "Mia Message").click()
    message_of_nora = nora.page.get_by_role("article", name="Mia Message")
    expect(message_of_nora).to_contain_text("ann, ")
    message_of_nora.get_by_role("button", name="Reopen").click()
    expect(voicemail(ann, "Mia Message")).to_contain_text("Called back by ann")
    message_of_nora.get_by_role("link", name="The contact's whole story").click()
    expect(nora.page.get_by_role("listitem").filter(has_text="Message left")).to_have_count(1)
    expect(nora.page.get_by_role("figure")).to_contain_text("Message for Sales")
    assert left["contact_id"] in nora.page.url.replace("%3A", ":")
    nora.page.route("**/voicemails?*", lambda route: route.abort())
    nora.page.goto("/voicemails")
    expect(nora.page.get_by_role("alert")).to_contain_text("This could not be read", timeout=20_000)
    nora.page.unroute("**/voicemails?*")
    nora.page.get_by_role("button", name="Try again").click()
    expect(voicemail(nora, "Mia Message")).to_have_count(1)
    trail = [(one["actor"], one["action"]) for one in centre.tell("audited") if one["resource"] == "recording"]
    assert trail[-3:] == [("ann", "called_back"), ("ann", "done"), ("nora", "reopened")]


BARS = """() => [...document.querySelectorAll('article')].map((article) =>
  [...article.querySelectorAll('tr')].map((line) => {
    const drawn = line.querySelector('svg').getBoundingClientRect();
    const bar = line.querySelector('svg rect').getBoundingClientRect();
    const goal = line.querySelector('svg path').getBoundingClientRect();
    const part = (x) => (x - drawn.left) / drawn.width;
    const [name, , value, detail] = [...line.children].map((one) => one.innerText);
    const kind = line.querySelector('svg').dataset.kind;
    return {name, value, detail, kind, from: part(bar.left), to: part(bar.right), goal: part(goal.left)};
  }))"""
THINNEST = 0.004
"""Of a bar that stands for nothing; else it could not be seen."""

CAUSES = {
    "volume": "More contacts than forecast",
    "handling_time": "Longer handling",
    "staffing": "Fewer agents signed in",
    "not_ready": "Agents not ready",
    "left_otherwise": "Contacts that left otherwise",
    "skill_mismatch": "Skills, order, chance",
}


def percent(value: float) -> str:
    """A share as it is written; there is no minus before nothing."""
    text = f"{100 * value:.1f}"
    return f"{'0.0' if text == '-0.0' else text} %"


def check_drawing(bars: list[dict[str, Any]], missed: dict[str, Any]) -> None:
    """The bars of one interval go from what was planned to what was observed, in steps of the causes' shares."""
    planned, observed = missed["planned_service_level"], missed["service_level"]
    causes = sorted(missed["causes"], key=lambda one: one["share"], reverse=True)
    assert sum(one["share"] for one in causes) == pytest.approx(planned - observed)
    assert [bar["name"] for bar in bars] == ["As planned", *(CAUSES[one["cause"]] for one in causes), "As it was"]
    shares = [-one["share"] for one in causes]
    assert [bar["value"] for bar in bars] == [percent(planned), *map(percent, shares), percent(observed)]
    level, expected = planned, [(0.0, planned, "level")]
    for share in shares:
        ends = sorted((level, level + share))
        expected.append((ends[0], ends[1], "worse" if share < 0 else "better"))
        level += share
    expected.append((0.0, observed, "level"))
    for bar, (begin, end, kind) in zip(bars, expected, strict=True):
        assert (bar["from"], bar["to"]) == pytest.approx((begin, max(end, begin + THINNEST)), abs=0.006), bar
        assert bar["goal"] == pytest.approx(missed["goal"], abs=0.006), bar
        assert bar["kind"] == kind or end == begin, bar


def missed_of(person: Person) -> tuple[list[list[dict[str, Any]]], list[dict[str, Any]]]:
    """What is drawn, and what was answered for it."""
    with person.page.expect_response(lambda answer: "/reports/missed?" in answer.url) as asked:
        person.page.goto("/reports/missed")
    answered = asked.value.json()["missed"]
    expect(person.page.get_by_role("article")).to_have_count(len(answered))
    return person.page.evaluate(BARS), answered


def test_why_the_target_was_missed_is_drawn_as_it_is_reckoned(people: People, centre: Centre) -> None:
    """Each bar is measured on the screen: it spans what its cause cost, from where the one before ended."""
    late = centre.call("Lara Late")
    centre.until(lambda: centre.tell("waiting") == 1)
    waiting_since = time.monotonic()
    nora = people.user("nora", "/floor")
    centre.until(lambda: time.monotonic() > waiting_since + 1.5 * PROMISE["threshold_s"])
    centre.work("ann")
    centre.answer("1001")
    centre.hang_up(late)
    centre.until(lambda: facts_of(centre, "ContactEnded", late))
    drawn, answered = missed_of(nora)
    assert answered, "the centre broke its promise"
    for bars, missed in zip(drawn, answered, strict=True):
        check_drawing(bars, missed)

    told = answered[-1]
    shares = {"volume": 0.25, "staffing": 0.125, "not_ready": 0.05, "handling_time": -0.1, "skill_mismatch": 0.0}
    told |= {"goal": 0.8, "planned_service_level": 0.875, "service_level": 0.55}
    told["causes"] = [
        {"cause": name, "share": share, "planned": 12, "actual": 34.5, "unit": "agents", "contacts": [],
         "agents": [{"agent": "ann", "seconds": 754}] if name == "not_ready" else []}
        for name, share in shares.items()
    ]  # fmt: skip
    nora.page.route("**/reports/missed?*", lambda route: route.fulfill(json={"missed": [told]}))
    [bars], answered = missed_of(nora)
    check_drawing(bars, answered[0])
    details = {bar["name"]: bar["detail"] for bar in bars}
    assert details[CAUSES["volume"]] == "34.5 agents instead of 12.0"
    assert "12:34" in details[CAUSES["not_ready"]]
    expect(nora.page.get_by_role("article")).to_contain_text("Ann Lake 12:34")  # once the names are there


def expect_listed(person: Person, names: Sequence[str]) -> None:
    """Exactly these are beside the tables, in whatever order."""
    lines = side(person).get_by_role("listitem")
    expect(lines).to_have_count(len(names))
    for name in names:
        expect(lines.filter(has_text=name)).to_have_count(1)


def leave_support(centre: Centre, *names: str) -> None:
    """These call support, come into its queue, and give up."""
    for name in names:
        contact = centre.call(name, keys="2")
        centre.until(lambda: centre.tell("waiting") == 1)
        centre.hang_up(contact)
        centre.until(lambda: centre.tell("waiting") == 0)


GONE, ANSWERED, WAITING = ["Gabi Gone", "Gerd Gone"], ["Ada Answered"], ["Wanda Waits", "Willy Waits"]
SECONDS = re.compile(r"^0:\d\d$")
BEHIND: dict[str, tuple[str | re.Pattern[str], list[str]]] = {
    "Offered": ("5", [*GONE, *ANSWERED, *WAITING]),
    "Answered": ("1", ANSWERED),
    "Abandoned": ("2", GONE),
    "Left otherwise": ("0", []),
    "Service level": ("33 %", [*GONE, *ANSWERED]),
    "Abandonment": ("67 %", [*GONE, *ANSWERED]),
    "Average speed of answer": (SECONDS, ANSWERED),
    "Longest wait": (SECONDS, [*GONE, *ANSWERED]),
    "Average handling time": (SECONDS, ANSWERED),
}
"""What is shown of the queue, and who stands behind it: of a part those of whom it is one."""


def test_every_number_of_a_queue_opens_the_contacts_that_it_counts(people: People, centre: Centre) -> None:
    leave_support(centre, *GONE)
    centre.work("cyd")
    talk = centre.call(ANSWERED[0], keys="2")
    centre.answer("1003")
    centre.hang_up(talk)
    centre.until(lambda: centre.state("cyd") == "READY WRAP_UP")
    for number, name in enumerate(WAITING, start=1):
        centre.call(name, f"+4930771100{number}", keys="2")
        centre.until(lambda number=number: centre.tell("waiting") == number)  # type: ignore[misc]  # the loop's number
    nora = people.user("nora", "/floor")
    cells = row(nora, "Queues", "Support").get_by_role("gridcell")
    columns = {"Waiting": ("2", WAITING), "SL today": BEHIND["Service level"], "SL now": BEHIND["Service level"]}
    for column, (shown, names) in {**columns, "Abandoned": BEHIND["Abandonment"]}.items():
        row(nora, "Queues", "Support").get_by_role("button", name=f"Support · {column}: {shown}", exact=True).click()
        expect(side(nora).get_by_role("heading", level=2)).to_have_text(f"Support · {column}")
        expect_listed(nora, names)
    cells.nth(2).get_by_role("button").click()
    expect(side(nora)).to_contain_text("Why still waiting")
    expect(side(nora).get_by_role("heading", level=2)).to_have_text("Wanda Waits")
    expect(side(nora)).to_contain_text("+49307711001")

    lines = side(nora).locator("table:has(th[scope=row])").get_by_role("row")
    for title, (shown, names) in BEHIND.items():
        for span in (0, 1):
            cells.nth(0).click()
            line = lines.filter(has=nora.page.get_by_role("rowheader", name=title, exact=True))
            expect(line.get_by_role("button").nth(span)).to_have_text(shown)
            line.get_by_role("button").nth(span).click()
            expect(side(nora).get_by_role("heading", level=2)).to_have_text(f"Support · {title}")
            expect_listed(nora, names)
    expect(side(nora)).to_contain_text(re.compile(r"0:\d\d of 1 contact"))
    cells.nth(0).click()
    expect(lines).to_have_count(1 + len(BEHIND))

    cells.nth(4).get_by_role("button").click()
    side(nora).get_by_role("button", name=re.compile(ANSWERED[0])).click()
    expect(side(nora).get_by_role("listitem").filter(has_text="Connected")).to_have_count(1)


def test_a_report_has_a_total_an_order_and_only_whom_one_asks_for(people: People, centre: Centre) -> None:
    waiting = centre.tell("waiting")
    for name, key in (("Sara Sales", "1"), ("Sam Support", "2"), ("Sue Support", "2")):
        leaves = centre.call(name, keys=key)
        centre.until(lambda: centre.tell("waiting") == waiting + 1)
        centre.hang_up(leaves)
        centre.until(lambda: centre.tell("waiting") == waiting)
    nora = people.user("nora", "/reports/figures")
    lines = nora.page.get_by_role("main").locator("tbody tr")
    total = nora.page.get_by_role("main").locator("tfoot tr")
    expect(total).to_contain_text("Total")
    expect(lines).to_have_count(2)
    columns = nora.page.get_by_role("columnheader").all_inner_texts()
    at = columns.index("Offered") - 1

    def offered() -> list[int]:
        return [int(text) for text in lines.locator(f"td:nth-of-type({at + 1})").all_inner_texts()]

    whole = offered()
    assert total.locator("td").nth(at).inner_text() == str(sum(whole))
    total.locator("td").nth(at).get_by_role("button").click()
    behind = nora.page.get_by_role("complementary", name="Total · Offered")
    expect(behind.get_by_role("listitem")).to_have_count(sum(whole))
    header = nora.page.get_by_role("columnheader", name="Offered")
    for sorting, order in (("descending", True), ("ascending", False)):
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", sorting)
        assert offered() == sorted(whole, reverse=order)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "none")
    assert offered() == whole
    nora.page.get_by_role("combobox", name="Only queues").click()
    nora.page.get_by_role("option", name="Support").click()
    expect(lines).to_have_count(1)
    expect(total.locator("td").nth(at)).to_have_text(str(offered()[0]))


OUTSIDE = """() => [document.documentElement, ...document.querySelectorAll('main, main section, main section *')]
  .filter((one) => {
    const at = one.getBoundingClientRect();
    const shown = getComputedStyle(one).visibility !== 'hidden' && at.width > 0;
    const beyond = at.right > innerWidth + 0.5 || at.bottom > innerHeight + 0.5 || at.left < 0 || at.top < 0;
    const cut = one instanceof HTMLElement && getComputedStyle(one).overflow !== 'visible' &&
      (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
    return shown && (beyond || cut);
  })
  .map((one) => `${one.localName} ${one.className} ${one.textContent.slice(0, 40)}`)"""


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
"""Ends when what is measured of the present size has been drawn."""


def stands(line: Locator, verdict: str) -> tuple[str, str]:
    """Colour of the edge and shape of the mark of a queue on the wall, which stands so against its longest wait."""
    expect(line).to_have_attribute("data-verdict", verdict, timeout=10_000)
    mark = line.locator(f"svg[data-verdict={verdict}] path").first
    colour = line.evaluate("(one) => getComputedStyle(one).borderLeftColor")
    return str(colour), str(mark.get_attribute("d"))


def test_a_wall_shows_queues_against_their_targets_and_nothing_to_press(people: People, centre: Centre) -> None:
    nora = people.user("nora", "/floor")
    nora.page.get_by_role("main").get_by_role("link", name="Wallboard").click()
    lines = nora.page.get_by_role("region", name="Wallboard").get_by_role("listitem")
    sales, support = lines.filter(has_text="Sales"), lines.filter(has_text="Support")
    expect(sales).to_contain_text("≥ 90 %")
    expect(support).to_contain_text("≥ 80 %")
    pressable = nora.page.get_by_role("button").or_(nora.page.get_by_role("link")).or_(nora.page.get_by_role("textbox"))
    expect(pressable).to_have_count(0)

    expect(sales.locator("span").nth(1)).to_have_text("Waiting0")
    centre.call("Wim Wall")
    centre.call("Wilma Wall", keys="2")
    expect(sales.locator("span").nth(1)).to_have_text("Waiting1")
    missed, met = stands(sales, "missed"), stands(support, "met")
    assert missed[0] != met[0], "in colour"
    assert missed[1] != met[1], "and in shape"
    expect(nora.page.get_by_role("main")).not_to_contain_text("Wim Wall")
    for width, height in ((1280, 720), (1920, 1080), (3840, 2160)):
        nora.page.set_viewport_size({"width": width, "height": height})
        nora.page.wait_for_function("(width) => innerWidth === width", arg=width)
        nora.page.evaluate(DRAWN)
        assert nora.page.evaluate(OUTSIDE) == [], (width, height)

    expect(pressable).to_have_count(0)
    nora.page.mouse.move(300, 300)
    nora.page.get_by_role("link", name="Back to the floor").click()
    expect(row(nora, "Queues", "Sales")).to_be_visible()
    expect(nora.page.get_by_role("banner")).to_be_visible()
