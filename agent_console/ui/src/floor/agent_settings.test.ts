import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { api, Problem } from "../api/client";
import { type AgentSettings, differences, overlaid, useEditing } from "./agent_settings";

const settings = (etag: string, skills: Record<string, number>): AgentSettings => ({ etag, skills, queues: [] });
const OVERTAKEN = new Problem(412, { error_id: "edited_meanwhile" });

/** The hook, with what the daemon answers when it is asked anew. */
function begun(present: AgentSettings, typed: boolean) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => createElement(QueryClientProvider, { client }, children);
  return renderHook(
    (now: { present: AgentSettings; typed: boolean }) =>
      useEditing("anna", now.present, ({ skills }) => skills, { typed: now.typed, none: 0 }),
    { initialProps: { present, typed }, wrapper },
  );
}

/** Whoever asks anew is answered so. */
function answers({ etag, skills }: AgentSettings) {
  vi.spyOn(api, "tagged").mockResolvedValue({ etag, document: { skills } });
  vi.spyOn(api, "ask").mockResolvedValue({ items: [], next_cursor: null });
}

afterEach(() => vi.restoreAllMocks());

it("tells what differs, and lays what was typed over it", () => {
  expect(differences({ english: 5, sales: 1 }, { english: 7, gold: 2 }, 0)).toEqual({ english: 7, sales: 0, gold: 2 });
  expect(differences({ english: 5 }, { english: 5 }, 0)).toEqual({});
  expect(overlaid({ english: 5, sales: 1 }, { sales: 0, gold: 2 }, 0)).toEqual({ english: 5, gold: 2 });
});

it("saves by the version that was seen", async () => {
  const { result } = begun(settings("a", { english: 5 }), true);
  answers(settings("b", { english: 6 }));
  const [put, done] = [vi.fn().mockResolvedValue(undefined), vi.fn()];
  await act(() => result.current.save(put, done));
  expect(put.mock.calls).toEqual([["a"]]);
  expect(done).toHaveBeenCalledOnce();
});

it("follows others while nothing is typed, and tells of them once something is", () => {
  const { result, rerender } = begun(settings("a", { english: 5 }), false);
  rerender({ present: settings("b", { english: 6 }), typed: false });
  expect(result.current.theirs).toBeNull();
  rerender({ present: settings("b", { english: 6 }), typed: true });
  rerender({ present: settings("c", { english: 7, sales: 1 }), typed: true });
  expect(result.current.theirs).toEqual({ english: 7, sales: 1 });
  act(() => result.current.adopt());
  expect(result.current.theirs).toBeNull();
});

it("is not held up by a change of something else", async () => {
  const { result } = begun(settings("a", { english: 5 }), true);
  answers(settings("b", { english: 5 }));
  const put = vi.fn().mockRejectedValueOnce(OVERTAKEN).mockResolvedValue(undefined);
  const done = vi.fn();
  await act(() => result.current.save(put, done));
  expect(put.mock.calls).toEqual([["a"], ["b"]]);
  expect(done).toHaveBeenCalledOnce();
});

it("does not write over what somebody else changed, keeps what was typed, and tells", async () => {
  const { result, rerender } = begun(settings("a", { english: 5 }), true);
  const theirs = settings("b", { english: 9 });
  answers(theirs);
  const [put, done] = [vi.fn().mockRejectedValue(OVERTAKEN), vi.fn()];
  await act(() => result.current.save(put, done));
  rerender({ present: theirs, typed: true });
  expect(put).toHaveBeenCalledOnce();
  expect(done).not.toHaveBeenCalled();
  expect(result.current.theirs).toEqual({ english: 9 });
});

it("hands on what is refused for another reason", async () => {
  const { result } = begun(settings("a", { english: 5 }), true);
  const refused = new Problem(422, { error_id: "invalid" });
  await act(async () => {
    await expect(result.current.save(vi.fn().mockRejectedValue(refused), vi.fn())).rejects.toBe(refused);
  });
});
