import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import { alarmWords } from "../language/alarms";
import commonEnglish from "../language/en/common.json";
import english from "../language/en/story.json";
import { formatsOf } from "../language/formats";
import commonChinese from "../language/zh/common.json";
import chinese from "../language/zh/story.json";
import samples from "./fact_samples.json";
import { storyWords, type Telling } from "./story_words";

const i18n = createInstance({
  lng: "en",
  defaultNS: "common",
  resources: {
    en: { story: english, common: commonEnglish },
    zh: { story: chinese, common: commonChinese },
  },
  initAsync: false,
  interpolation: { escapeValue: false },
});
void i18n.init();

const called = (code: string) => (code === "sales" ? "Sales" : code);

function telling(language: string): Telling {
  const common = i18n.getFixedT(language, "common");
  const formats = formatsOf(language);
  return {
    t: i18n.getFixedT(language, "story"),
    flow: (code) => (code === "reception" ? "Reception desk" : code),
    names: { queue: called, agent: called, disposition: called, reason: called },
    formats,
    alarm: (alarm) => alarmWords(common, formats, alarm),
  };
}

type Data = Record<string, unknown> & { kind: string };

function told(language: string, data: Data): string {
  const line = { at: "", since_s: 0, kind: data.kind, text: "in English, by the daemon", node: "n", seq: 1, data };
  return storyWords(telling(language), line);
}

/** An alarm of a queue's own rules is told by its numbers, in whichever language: its code is no sample. */
const facts = (samples as Data[]).filter(({ kind }) => !kind.startsWith("Alarm"));

describe.each(["en", "zh"])("a story in %s", (language) => {
  it("tells every fact by its own words", () => {
    const left = facts.filter((data) => /by the daemon|\{\{|^\s*$|\b[a-zA-Z]+\.[a-z_]+|_/.test(told(language, data)));
    expect(left).toEqual([]);
  });
});

describe("a story in Chinese", () => {
  it("has no Latin letter that the fact did not bring", () => {
    expect(facts.map((data) => ({ data, text: told("zh", data) })).filter(({ text }) => /[a-z]/i.test(text))).toEqual(
      [],
    );
  });
});

describe("a story", () => {
  it("is told as the daemon says it where a code has no words here yet", () => {
    for (const [kind, code] of [
      ["MenuEnded", { outcome: "teleported" }],
      ["OfferEnded", { outcome: "teleported", agent_id: "ann" }],
      ["ContactAbandoned", { stage: "orbit" }],
      ["OfferMade", { agent_id: "ann", why: { order: "by_moon" } }],
    ] as const) {
      expect(told("zh", { kind, ...code })).toBe("in English, by the daemon");
    }
  });

  it("calls queues as people do, and says why", () => {
    const data = { kind: "ContactQueued", queue: "sales", requirement: "english>=1", position: 2 };
    expect(told("en", data)).toBe("Sales, from the menu, needs english ≥ 1, place 2");
    expect(told("zh", data)).toBe("Sales，来自语音导航，需要 english ≥ 1，第 2 位");
  });

  it("calls voice menus by their titles, and by their codes where they have none", () => {
    const at = { flow: "reception", node: "choose" };
    expect(told("en", { kind: "MenuNodeEntered", ...at })).toBe("Reception desk: came to choose");
    expect(told("en", { kind: "MenuInputGiven", ...at, choice: "sales" })).toBe(
      "Reception desk, choose: chose sales by key",
    );
    expect(told("en", { kind: "MenuInputGiven", ...at, outcome: "no_match" })).toBe(
      "Reception desk, choose: not understood",
    );
    expect(told("en", { kind: "MenuRested", ...at })).toBe("Reception desk goes on later from choose");
    expect(told("zh", { kind: "MenuEnded", ...at, outcome: "queued" })).toContain("Reception desk");
    const passed = { kind: "ContactTransferred", agent_id: "ann", to_kind: "flow", to: "reception" };
    expect(told("en", passed)).toContain("Reception desk");
    expect(told("en", { kind: "MenuNodeEntered", flow: "night", node: "choose" })).toBe("night: came to choose");
  });

  it("calls a mailbox as the queue whose it is", () => {
    expect(told("en", { kind: "VoicemailLeft", mailbox: "sales", length_us: 5_000_000 })).toContain("Sales");
  });

  it("says by what an agent was chosen", () => {
    const why = { order: "most_skilled", rank: -7, qualified: 2, others: [["bob", -4]] };
    const data = { kind: "OfferMade", agent_id: "ann", waited_us: 62_000_000, why };
    expect(told("en", data)).toBe(
      "to ann, offer 1, after 1:02, most skilled of 2 who could take it: 7 points of skill, beside bob 4 points of skill",
    );
  });

  it("tells what it has no words for as the daemon does", () => {
    expect(told("zh", { kind: "SomethingNew" })).toBe("in English, by the daemon");
    expect(told("zh", { kind: "OfferMade", why: { order: "by_moonlight" } })).toBe("in English, by the daemon");
  });
});
