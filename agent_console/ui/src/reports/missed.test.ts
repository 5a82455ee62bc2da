import { expect, it } from "vitest";
import type { FigureDoc, QueueRow } from "../api/documents";
import { worstOf } from "./missed";

function queue(name: string, target: number, level: number | null): QueueRow {
  const figure = { value: level } as FigureDoc;
  return { queue: name, today: { service_level: figure }, targets: { service_level: target } } as unknown as QueueRow;
}

it("asks first of the queue that lies furthest below its target", () => {
  expect(worstOf([])).toBeNull();
  expect(worstOf([queue("quiet", 0.8, null)])).toBe("quiet");
  expect(worstOf([queue("quiet", 0.8, null), queue("met", 0.8, 1)])).toBe("met");
  expect(worstOf([queue("low", 0.5, 0.6), queue("missed", 0.9, 0.8), queue("near", 0.8, 0.79)])).toBe("missed");
  expect(worstOf([queue("first", 0.8, 0.7), queue("second", 0.8, 0.7)])).toBe("first");
});
