import { describe, expect, it } from "vitest";
import { askedBy } from "./search";

describe("the search box", () => {
  it("finds by words of the name, and by what may be a whole key", () => {
    expect(askedBy("  chen   wei ")).toEqual({ list: { q: "chen wei" }, key: "chen wei" });
  });

  it.each(["+49 30 555", "(0755) 1234-5678", "4711"])("takes %s for the beginning of a number, or a key", (text) => {
    expect(askedBy(text)).toEqual({ list: { number: text }, key: text });
  });

  it("takes a key with letters for no number", () => {
    expect(askedBy("A-4711").list).toEqual({ q: "A-4711" });
    expect(askedBy("-").list).toEqual({ q: "-" });
  });

  it("asks for everybody, and no key, when it is empty", () => {
    expect(askedBy("  ")).toEqual({ list: { q: "" }, key: null });
  });

  it("asks for no more than the daemon reads", () => {
    expect(askedBy("1".repeat(300)).list).toEqual({ number: "1".repeat(40) });
  });
});
