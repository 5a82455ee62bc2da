import { describe, expect, it } from "vitest";
import type { CustomerDoc } from "../api/documents";
import { previewOf } from "./merging";

function customer(part: Partial<CustomerDoc>): CustomerDoc {
  const lists = { accounts: [], numbers: [], open_matters: [], merged: [], merges: [] };
  const said = { changed_at: "2026-11-28T10:00:00Z", changed_by: "ann", etag: "1", merged_into: null };
  return { customer_id: "C", name: "Chen Wei", tier: null, language: null, notes: "", ...lists, ...said, ...part };
}

const rowOf = (kept: CustomerDoc, merged: CustomerDoc, field: string) =>
  previewOf(kept, merged).find((row) => row.field === field);

describe("a merge, looked at before", () => {
  const kept = customer({ numbers: ["+491", "+492"], tier: "gold" });
  const merged = customer({ numbers: ["+492", "+493"], tier: "silver", notes: "knows the site", name: "Chen Wei" });

  it("is found by the numbers of both, each once", () => {
    expect(rowOf(kept, merged, "numbers")).toMatchObject({ after: ["+491", "+492", "+493"], aside: false });
  });

  it("shows what the record that stays says, and tells what the other one has besides", () => {
    expect(rowOf(kept, merged, "tier")).toMatchObject({ after: ["gold"], aside: true });
    expect(rowOf(kept, merged, "notes")).toMatchObject({ kept: [], after: [], aside: true });
    expect(rowOf(kept, merged, "name")).toMatchObject({ after: ["Chen Wei"], aside: false });
  });

  it("has no line for what neither has", () => {
    expect(rowOf(kept, merged, "language")).toBeUndefined();
  });
});
