import { describe, expect, it } from "vitest";
import { Problem } from "../api/client";
import { standing } from "./field_errors";

const refused = new Problem(422, {
  error_id: "invalid",
  errors: [
    { field: "queues.sales.requires", rule: "a level is wrong", way_out: "write another" },
    { field: "queues.sales.limits[0].then", rule: "is not known", way_out: "choose one" },
  ],
});
const sent = { requires: "sales>=12", limits: [{ then: { to: "x" } }] };
const fieldsOf = (problem: unknown) => (problem instanceof Problem ? problem.errors.map((one) => one.field) : problem);

describe("standing", () => {
  it("keeps what is wrong until that very field is written anew", () => {
    expect(fieldsOf(standing(refused, sent, sent, "queues", "sales"))).toHaveLength(2);
    const mended = { ...sent, requires: "sales>=8" };
    expect(fieldsOf(standing(refused, sent, mended, "queues", "sales"))).toEqual(["queues.sales.limits[0].then"]);
    expect(standing(refused, sent, { requires: "", limits: [] }, "queues", "sales")).toBeNull();
  });

  it("leaves refusals that speak of no field", () => {
    const overtaken = new Problem(412, { error_id: "edited_meanwhile" });
    expect(standing(overtaken, sent, {}, "queues", "sales")).toBe(overtaken);
  });
});
