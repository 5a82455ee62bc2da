import { describe, expect, it } from "vitest";
import { requirementWords } from "./requirement";

const english = { and: "and", or: "or", not: "not" };

describe("requirementWords", () => {
  it("says what is needed without the signs of the settings", () => {
    expect(requirementWords(english, "sales>=2 & english>=3")).toBe("sales ≥ 2 and english ≥ 3");
    expect(requirementWords(english, "english>=3 & (billing>=2 | !sales>=1)")).toBe(
      "english ≥ 3 and (billing ≥ 2 or not sales ≥ 1)",
    );
  });

  it("reads words as it reads signs, and leaves skills that merely look like them", () => {
    const chinese = { and: "且", or: "或", not: "非" };
    expect(requirementWords(chinese, "german>=2 and not sales or 法语>=3")).toBe("german ≥ 2 且 非 sales 或 法语 ≥ 3");
    expect(requirementWords(chinese, "or-ders>=2 & knot & android")).toBe("or-ders ≥ 2 且 knot 且 android");
    expect(requirementWords(chinese, "")).toBe("");
  });
});
