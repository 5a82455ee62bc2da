import { describe, expect, it } from "vitest";
import type { FigureDoc } from "../api/documents";
import { ofAbandonment, ofLevel } from "./targets";

const figure = (value: number | null) => ({ value }) as FigureDoc;

describe("a figure against its target", () => {
  it("is judged by the target that is told, whatever is customary elsewhere", () => {
    expect(ofLevel(figure(0.78), 0.7)).toBe("met");
    expect(ofLevel(figure(0.82), 0.85)).toBe("near");
    expect(ofLevel(figure(0.82), 0.95)).toBe("missed");
    expect(ofAbandonment(figure(0.06), 0.1)).toBe("met");
    expect(ofAbandonment(figure(0.04), 0.03)).toBe("missed");
  });

  it("is not judged without one", () => {
    expect(ofLevel(figure(0.1), null)).toBe("none");
    expect(ofAbandonment(figure(0.9), null)).toBe("none");
    expect(ofLevel(figure(null), 0.8)).toBe("none");
  });
});
