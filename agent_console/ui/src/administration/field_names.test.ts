import { renderHook } from "@testing-library/react";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { describe, expect, it } from "vitest";
import english from "../language/en/labels.json";
import pages from "../language/en/administration.json";
import administration from "../language/zh/administration.json";
import labels from "../language/zh/labels.json";
import { useFieldNames } from "./field_names";

const namesIn = async (lng: string) => {
  await i18next.use(initReactI18next).init({
    lng,
    resources: { en: { labels: english, administration: pages }, zh: { labels, administration } },
    interpolation: { escapeValue: false },
  });
  return renderHook(() => useFieldNames()).result.current;
};

describe("names of fields", () => {
  it("are those of the forms", async () => {
    const nameOf = await namesIn("zh");
    expect(nameOf("queues.sales.ring_s")).toBe("队列 › sales › 振铃时长");
    expect(nameOf("queues.sales.limits[0].then.to")).toBe("队列 › sales › 限制 › 1 › 然后 › 名称或号码");
    expect(nameOf("agents.anna.skills.klingon")).toBe("坐席 › anna › 技能 › klingon");
    expect(nameOf("routing.contact_order")).toBe(`路由规则 › ${labels.Routing.contact_order}`);
    expect(nameOf("queues")).toBe("队列");
    expect(nameOf("queues.sales.purple")).toBe("队列 › sales › purple");
    expect(nameOf("asterisk.ami.host")).toBe("asterisk.ami.host");
  });

  it("are those of the forms in English, too", async () => {
    const nameOf = await namesIn("en");
    expect(nameOf("queues.sales.ring_s")).toBe("Queues › sales › Ring for");
    expect(nameOf("opening_hours.office.weekly.mon[0]")).toBe("Opening hours › office › Week › Monday › 1");
    expect(nameOf("asterisk.ami.host")).toBe("asterisk.ami.host");
  });
});
