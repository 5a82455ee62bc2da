"""The desk has room for everything, on a small screen as on a wall, in either language."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.centre import Centre
from tests.browser.people import People, Person

SIZES = ((1280, 720), (3840, 2160))

CUT = """() => {
  const found = [];
  const say = (what, one) => found.push(`${what}: ${one.outerHTML.slice(0, 160)}`);
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  for (const one of document.querySelectorAll("body *")) {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (box.width <= 1 || box.height <= 1 || style.visibility === "hidden") continue;
    if (one.closest("[aria-hidden=true]")) continue;
    if (box.right > innerWidth + 1 || box.left < -1) say("outside of the window", one);
    const wider = one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0;
    if (wider && /auto|scroll/.test(style.overflowX)) say("scrolls sideways", one);
    if (wider && /hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis") say("cut", one);
    if (one.matches("button, h1, h2, legend, label") && wider) say("words are cut", one);
  }
  for (const bar of document.querySelectorAll("header, [role=toolbar], [role=alertdialog], main section")) {
    const inFlow = [...bar.children].filter((one) => getComputedStyle(one).position !== "absolute");
    const boxes = inFlow.map((one) => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width > 1);
    for (const [one, a] of boxes) for (const [other, b] of boxes) {
      const lies = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      if (one !== other && lies) say("lies over another", one);
    }
    for (const word of bar.querySelectorAll("button span")) {
      const inside = word.getBoundingClientRect(), around = word.closest("button").getBoundingClientRect();
      if (inside.right > around.right + 1 || inside.left < around.left - 1) say("words beyond their button", word);
    }
  }
  return found;
}"""


BEGIN = "header button:has(svg.lucide-log-in)"
"""Of either language."""


def begin(ann: Person) -> None:
    """Sign in at the desk."""
    ann.page.locator(BEGIN).click()
    expect(ann.state).to_have_attribute("data-state", "not_ready")


SETTLED = """(width) => innerWidth === width && !document.querySelector("[data-loading=true]") &&
  document.getAnimations().every((one) => one.playState !== "running" || one.effect.getTiming().iterations > 1)"""
"""The window has its size, nothing that was asked is on its way, and nothing fades in or out."""


def troubles(page: Page, when: str) -> list[str]:
    """What has no room, at each size."""
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(SETTLED, arg=width)
        found += [f"{when}, {width}x{height}: {text}" for text in page.evaluate(CUT)]
    return found


WIDE = """() => {
  const one = document.createElement("div");
  one.textContent = "wide";
  one.style.flex = "none";
  one.style.width = "4000px";
  document.querySelector("header").append(one);
}"""


def test_what_has_no_room_is_noticed(people: People) -> None:
    page = people.user("ann").page
    page.evaluate(WIDE)
    assert [text for text in troubles(page, "wide") if "1280x720" in text and "outside of the window" in text]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_at_the_desk_is_cut_or_lies_over_another(people: People, centre: Centre, language: str) -> None:
    number = {"en": "+4930551234", "zh": "+4930551244"}[language]
    long = "Dr. Hubert Blaine Wolfeschlegelsteinhausenbergerdorff-Müller"
    record = {
        "name": long,
        "numbers": [number, f"{number}9"],
        "tier": "platinum",
        "notes": "Prefers the morning. " * 12,
        "open_matters": ["Order 4711 has not come", "https://example.invalid/" + "x" * 120],
    }
    centre.tell("customer", customer_id=f"c-{language}", record=record)
    centre.tell("agent", name="bob", what="sign_in")
    ann = people.user("ann", language=language)
    keys = ann.page.keyboard
    expect(ann.page.locator(BEGIN)).to_be_visible()
    found = troubles(ann.page, "signed out")
    begin(ann)
    asked = centre.call(long, "+49305557779", keys="3")
    centre.until(lambda: centre.tell("waiting") == 1)
    found += troubles(ann.page, "not ready")
    keys.press("r")
    expect(ann.offer).to_be_visible()
    found += troubles(ann.page, "offer")
    centre.hang_up(asked)
    expect(ann.offer).to_be_hidden()
    centre.call(long, number)
    expect(ann.offer).to_be_visible()
    keys.press("a")
    expect(ann.page.get_by_role("toolbar")).to_be_visible()
    found += troubles(ann.page, "talking")
    ann.state.click()
    ann.page.get_by_role("menuitem", name=re.compile("Training")).click()
    expect(ann.page.get_by_role("banner").get_by_text("Training")).to_be_visible()
    found += troubles(ann.page, "pending")
    keys.press("t")
    expect(ann.page.get_by_role("option").first).to_be_visible()
    found += troubles(ann.page, "transfer")
    keys.press("Escape")
    keys.press("c")
    ann.page.get_by_role("combobox").fill("bob")
    expect(ann.page.get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    centre.answer("1002")
    expect(ann.page.get_by_role("list").filter(has_text="Bob Field").last).to_be_visible()
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    found += troubles(ann.page, "consulting")
    keys.press("?")
    expect(ann.page.get_by_role("dialog")).to_be_visible()
    found += troubles(ann.page, "keys")
    keys.press("Escape")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    expect(ann.page.locator("button[aria-keyshortcuts=V]")).to_be_enabled()
    keys.press("v")
    expect(ann.contact.get_by_role("timer").first).to_be_visible()
    expect(ann.page.get_by_role("toolbar")).to_be_hidden()
    found += troubles(ann.page, "wrap-up")
    assert not found, "\n".join(found)


FROM = {"en": "today is counted from 04:30: midnight in Europe/Berlin", "zh": "今日自 04:30 起计"}
"""What is told in India in winter; an hour earlier in summer."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_my_day_says_from_when_it_counts_where_that_is_not_ones_own_midnight(
    people: People, centre: Centre, language: str
) -> None:
    password = centre.passwords["ann"]
    far = people.somebody(language=language, zone="Asia/Kolkata").sign_in("ann", password)
    day = far.page.get_by_role("region", name={"en": "My day", "zh": "我的今日"}[language])
    expect(day).to_contain_text(re.compile(re.escape(FROM[language]).replace("04:", "0[34]:")))
    assert troubles(far.page, "far away") == []
    for width, height in SIZES:
        far.page.set_viewport_size({"width": width, "height": height})
        far.page.wait_for_function(SETTLED, arg=width)
        assert far.page.evaluate(WHOLE, "Europe/Berlin"), f"{width}x{height}"
    near = people.somebody(language=language).sign_in("ann", password)
    figure = near.page.get_by_role("region", name={"en": "My day", "zh": "我的今日"}[language])
    expect(figure).to_contain_text(re.compile(r"\d"))
    expect(figure).not_to_contain_text("Europe/Berlin")


WHOLE = """(words) => [...document.querySelectorAll("main section span")]
  .filter((one) => one.textContent.includes(words) && one.childElementCount === 0)
  .every((one) => one.scrollWidth <= one.clientWidth + 1)"""
"""Whether no word of what says them is left out."""


MOVED = """() => {
  const clocks = [...document.querySelectorAll("main time, header time")];
  const figures = [...document.querySelectorAll("main section[aria-label] > span > :last-child")];
  const boxes = () => new Map(
    [...document.querySelectorAll("header *, main *")]
      .filter((one) => !one.matches("time, time *") && !figures.includes(one) && one.childElementCount === 0)
      .map((one) => [one, one.getBoundingClientRect()]));
  const show = (clock, figure) => {
    for (const one of clocks) one.textContent = clock;
    for (const one of figures) one.textContent = figure;
    return boxes();
  };
  const found = [];
  const before = show("0:07", "7");
  for (const [clock, figure] of [["0:10", "12"], ["9:59", "87 %"], ["59:59", "100 %"]]) {
    const after = show(clock, figure);
    for (const [one, box] of after) {
      const was = before.get(one);
      if (was && (Math.abs(was.left - box.left) > 0.5 || Math.abs(was.top - box.top) > 0.5))
        found.push(`${clock}, ${figure}: ${one.outerHTML.slice(0, 120)}`);
    }
  }
  return [clocks.length, figures.length, found];
}"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_moves_as_clocks_and_figures_grow(people: People, centre: Centre, language: str) -> None:
    ann = people.user("ann", language=language)
    ann.page.set_viewport_size({"width": 1280, "height": 720})
    begin(ann)
    ann.page.keyboard.press("r")
    expect(ann.state).to_have_attribute("data-state", "ready")
    contact = centre.call("Gina Growing")
    expect(ann.offer).to_be_visible()
    ann.page.keyboard.press("a")
    expect(ann.page.get_by_role("toolbar")).to_be_visible()
    ann.page.wait_for_load_state("networkidle")
    clocks, figures, moved = ann.page.evaluate(MOVED)
    assert (clocks >= 3, figures >= 5, moved) == (True, True, [])
    centre.hang_up(contact)
    expect(ann.page.get_by_role("toolbar")).to_be_hidden()
    clocks, figures, moved = ann.page.evaluate(MOVED)
    assert (clocks >= 3, figures >= 5, moved) == (True, True, [])


CLOCK_IN_WHOLE = """() => {
  const button = document.querySelector("header button[data-state]");
  const clock = button.querySelector("time");
  clock.textContent = "10:17:22";
  clock.previousElementSibling.append(" and a reason of many, many words, all of which are well meant");
  const [inner, outer] = [clock, button].map((one) => one.getBoundingClientRect());
  return inner.right <= outer.right && clock.scrollWidth <= clock.clientWidth + 1 && inner.width > 40;
}"""


def test_the_clock_of_ones_state_is_never_cut(people: People) -> None:
    ann = people.user("ann")
    ann.page.set_viewport_size({"width": 1280, "height": 720})
    ann.start_work()
    assert ann.page.evaluate(CLOCK_IN_WHOLE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_small_screen_shows_the_outcome_without_scrolling(people: People, centre: Centre, language: str) -> None:
    centre.tell("agent", name="bob", what="sign_in")
    ann = people.user("ann", language=language)
    ann.page.set_viewport_size({"width": 1280, "height": 720})
    keys = ann.page.keyboard
    begin(ann)
    keys.press("r")
    expect(ann.state).to_have_attribute("data-state", "ready")
    centre.call("Dr. Hubert Blaine Wolfeschlegelsteinhausen-Müller")
    expect(ann.offer).to_be_visible()
    keys.press("a")
    expect(ann.page.get_by_role("toolbar")).to_be_visible()
    keys.press("c")
    ann.page.get_by_role("combobox").fill("bob")
    expect(ann.page.get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    centre.answer("1002")
    centre.until(lambda: centre.state("ann") == "READY HOLD")
    last = ann.contact.get_by_role("button").last
    expect(last).to_be_in_viewport(ratio=1)
    expect(ann.page.get_by_role("dialog")).to_be_hidden()
    expect(ann.page.locator("button[aria-keyshortcuts=V]")).to_be_enabled()
    keys.press("v")
    expect(ann.page.get_by_role("toolbar")).to_be_hidden()
    expect(last).to_be_in_viewport(ratio=1)
    expect(ann.page.get_by_role("textbox").first).to_be_in_viewport(ratio=1)
