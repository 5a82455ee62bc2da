import { createInstance, type i18n } from "i18next";
import { createElement, type ReactNode } from "react";
import { I18nextProvider } from "react-i18next";
import { renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import english from "../language/en/administration.json";
import labels from "../language/en/labels.json";
import chineseLabels from "../language/zh/labels.json";
import chinese from "../language/zh/administration.json";
import { useValueWords } from "./value_words";

function words(language: string) {
  const instance: i18n = createInstance({
    lng: language,
    resources: { en: { administration: english, labels }, zh: { administration: chinese, labels: chineseLabels } },
    initAsync: false,
    interpolation: { escapeValue: false },
  });
  void instance.init();
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(I18nextProvider, { i18n: instance, children });
  return renderHook(() => useValueWords(), { wrapper }).result.current;
}

it("tells codes of logged acts in words", () => {
  const { value } = words("en");
  expect(value("agent", "declared", "NOT_READY")).toBe("not ready");
  expect(value("agent_time", "state", "NOT_READY:lunch")).toBe("not ready lunch");
  expect(value("contact", "mode", "whisper")).toBe("whispering");
  expect(value("account", "scopes", ["read", "desk"])).toBe("read, own desk");
  expect(words("zh").value("agent", "declared", "READY")).toBe(chinese.value.READY);
});

it("leaves what people wrote as they wrote it", () => {
  const { value } = words("en");
  for (const name of ["READY", "agent", "read", "password", "Listen: carefully"]) {
    expect(value("account", "name", name)).toBe(name);
    expect(value("team", "text", name)).toBe(name);
  }
});

it("calls settings and their values as the forms do", () => {
  const { label, value } = words("en");
  expect(label("queues", "wrap_up_s")).not.toBe("wrap_up_s");
  expect(value("queues", "wrap_up_s", 20)).toBe("20 s");
  expect(value("alarms", "abandon_rate_above", 0.05)).toBe("5 %");
  expect(words("zh").value("alarms", "abandon_rate_above", 0.05)).toBe("5%");
  expect(value("agents", "skills", { english: 8, sales: 7 })).toBe("english 8, sales 7");
  expect(value("agents", "team", null)).toBe("");
});
