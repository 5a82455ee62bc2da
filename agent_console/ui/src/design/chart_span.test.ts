import { expect, it } from "vitest";
import { spanOf } from "./chart_span";

const HOUR = 3600;

it("shows the data and no more, but four hours at least", () => {
  expect(spanOf([0, 8 * HOUR], false)).toEqual([0, 8 * HOUR]);
  expect(spanOf([HOUR], false)).toEqual([HOUR, 5 * HOUR]);
  expect(spanOf([], false)).toEqual([0, 4 * HOUR]);
});

it("shows the first bar and the last one whole", () => {
  const halves = Array.from({ length: 17 }, (_, index) => index * 0.5 * HOUR);
  expect(spanOf(halves, true)).toEqual([-0.25 * HOUR, 8.25 * HOUR]);
  expect(spanOf([HOUR], true)).toEqual([HOUR, 5 * HOUR]);
});
