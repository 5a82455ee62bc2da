import { expect, test } from "vitest";
import { spansOf, unreadable } from "./spans";

test("hours are read as people type them", () => {
  expect(spansOf("8-12, 13:00–18.30；2200-6")).toEqual(["08:00-12:00", "13:00-18:30", "22:00-06:00"]);
  expect(spansOf("0-24")).toEqual(["00:00-24:00"]);
  expect(spansOf(" , ")).toEqual([]);
});

test.each(["25:00-26:00", "8", "noon-6", "09:00-09:00", "24:00-25:00", "8:75-9"])("%s is no part of a day", (text) => {
  expect(spansOf(text)).toEqual([text]);
  expect(unreadable(spansOf(`08:00-09:00, ${text}`))).toBe(text);
});
