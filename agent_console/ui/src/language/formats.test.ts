import { expect, it } from "vitest";
import { formatsOf } from "./formats";

it("writes shares as each language does", () => {
  expect(formatsOf("en").percent(0.125, 1)).toBe("12.5 %");
  expect(formatsOf("zh").percent(0.125, 1)).toBe("12.5%");
  expect(formatsOf("zh").percent(0)).toBe("0%");
  expect(formatsOf("zh").percent(null)).toBe("–");
});

it("calls countries and languages by their names, and by their codes where they have none", () => {
  expect(formatsOf("en").country("DE")).toBe("Germany");
  expect(formatsOf("zh").country("DE")).toBe("德国");
  expect(formatsOf("zh").language("en")).toBe("英语");
  expect(formatsOf("en").country("no country")).toBe("no country");
  expect(formatsOf("en").language("no language")).toBe("no language");
});
