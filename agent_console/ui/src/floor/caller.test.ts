import { describe, expect, it } from "vitest";
import type { WaitingRow } from "../api/documents";
import { callerOf } from "./caller";

const row = { caller_name: "Wanda Waits", caller_number: "+493077", customer: null } as WaitingRow;

describe("callerOf", () => {
  it("is the customer, then the name that came with the call, then the number", () => {
    expect(callerOf({ ...row, customer: { name: "Wanda Weber" } } as WaitingRow)).toBe("Wanda Weber");
    expect(callerOf({ ...row, customer: { name: "" } } as WaitingRow)).toBe("Wanda Waits");
    expect(callerOf({ ...row, caller_name: "" })).toBe("+493077");
    expect(callerOf({ ...row, caller_name: "", caller_number: "" })).toBe("");
  });
});
