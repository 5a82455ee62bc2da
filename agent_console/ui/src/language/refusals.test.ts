import i18next from "i18next";
import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "../api/client";
import { errorsOf } from "../administration/field_errors";
import { problemWords } from "../api/problem_words";
import englishWords from "./en/common.json";
import english from "./en/refusals.json";
import { inChinese, learnRefusals } from "./refusals";
import chineseWords from "./zh/common.json";
import chinese from "./zh/refusals.json";

const filled = (text: string) => text.replaceAll(/\{\{(\w+)\}\}/g, "«$1 7»");
const refusal = (rule: string, way_out: string, field = "body.number") =>
  new Problem(422, { error_id: "invalid", errors: [{ field, rule, way_out }] });

beforeEach(async () => {
  await i18next.init({
    lng: "zh",
    defaultNS: "common",
    resources: { en: { common: englishWords }, zh: { common: chineseWords } },
    interpolation: { escapeValue: false },
  });
});

describe("before they are fetched", () => {
  it("refusals are led by a Chinese sentence, and told as they came", () => {
    expect(problemWords(i18next.t, refusal("is empty", "write something"))).toBe(
      "body.number：此项不符合规则，系统说明：is empty。处理办法（系统说明）：write something",
    );
  });
});

describe("refusals in Chinese", () => {
  beforeEach(learnRefusals);

  it.each(Object.entries(english))("%s: is known, and keeps what was filled in", (key, text) => {
    expect(inChinese(filled(text))).toBe(filled(chinese[key as keyof typeof chinese]));
  });

  it("name field, rule and way out", () => {
    const error = refusal("Input should be less than or equal to 1000", "send 1000 or less", "body.priority");
    expect(problemWords(i18next.t, error)).toBe("优先级：不能大于 1000。请填写不大于 1000 的数");
  });

  it("list the choices", () => {
    expect(inChinese("Input should be 'listen', 'whisper' or 'barge'")).toBe(
      "只能是以下之一：'listen', 'whisper' 或 'barge'",
    );
  });

  it("keep hostile names as they are", () => {
    expect(inChinese("there is no skill '$& {{name}} <b>.*'")).toBe("没有技能“$& {{name}} <b>.*”");
  });

  it("name the line of a file", () => {
    expect(inChinese("line 12: is missing")).toBe("第 12 行：不可缺少");
    expect(inChinese("line 12: is odd")).toBeNull();
  });

  it("stand at their field, inside lists too", () => {
    const error = refusal("is missing", "which queue?", "queues.sales.limits[0].then.to");
    expect(errorsOf(i18next.t, error, "queues", "sales")).toEqual({
      "limits.0.then.to": "不可缺少。请指明去向（queue）",
    });
  });

  it("lead what is unknown by a Chinese sentence", () => {
    expect(problemWords(i18next.t, refusal("is purple", "paint it"))).toBe(
      "号码：此项不符合规则，系统说明：is purple。处理办法（系统说明）：paint it",
    );
    const conflict = { error_id: "conflict", title: "In conflict with something that is there", detail: "it is so" };
    expect(problemWords(i18next.t, new Problem(409, conflict))).toBe("与现有内容冲突。系统说明：it is so");
  });

  it("are told in English to who reads English", async () => {
    await i18next.changeLanguage("en");
    expect(inChinese("is empty")).toBeNull();
    expect(problemWords(i18next.t, refusal("is empty", "write something"))).toBe(
      "body.number: is empty. write something",
    );
    expect(problemWords(i18next.t, new Problem(409, { error_id: "conflict", detail: "it is so" }))).toBe("it is so");
  });
});
