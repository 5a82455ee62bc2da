import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WaitingRow } from "../api/documents";
import { MOVES_WITHIN_MS, useWaitingRow } from "./waiting_row";

const line = vi.hoisted(() => ({ rows: [] as unknown[] }));
vi.mock("../live/live", () => ({ useWaiting: () => line.rows }));

const row = (queue: string) => ({ contact_id: "c1", queue }) as WaitingRow;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function open() {
  line.rows = [row("sales")];
  const pane = renderHook(() => useWaitingRow("c1"));
  act(() => void vi.advanceTimersByTime(1));
  line.rows = [];
  pane.rerender();
  return pane;
}

it("keeps a contact that is in no queue while it is moved", () => {
  const pane = open();
  act(() => void vi.advanceTimersByTime(MOVES_WITHIN_MS - 100));
  expect(pane.result.current?.queue).toBe("sales");
  line.rows = [row("support")];
  pane.rerender();
  expect(pane.result.current?.queue).toBe("support");
});

it("tells that one who has not come anywhere else is gone", () => {
  const pane = open();
  act(() => void vi.advanceTimersByTime(MOVES_WITHIN_MS + 1));
  expect(pane.result.current).toBeUndefined();
});
