/** Settings over the API: read whole sections, change single entries by their ETags, look before it holds. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { listFlows } from "../api/operations/flows";
import { changeSettings, deleteSetting, listSettings, previewChange, putSetting } from "../api/operations/settings";
import type { PreviewDoc, SettingChange, SettingDoc } from "../api/documents";
import { everything, type Page } from "../api/queries";
import type { SectionName, Source } from "./settings_schema";

export function useSection(section: SectionName) {
  return useQuery({
    queryKey: ["settings", section],
    queryFn: async () => (await listSettings(section)).items,
    staleTime: 10_000,
  });
}

export function useFlows() {
  return useQuery({ queryKey: ["flows"], queryFn: () => everything(listFlows), staleTime: 60_000 });
}

/** The menus that come with Cordboard are called in the reader's language; a title that a site wrote stays. */
export function flowTitle(t: TFunction<"administration">, title: string): string {
  return t(`flowTitle.${title.replaceAll(/\W+/g, "_")}` as "flowTitle.Customer_service", { defaultValue: title });
}

export interface Named {
  value: string;
  label: string;
}

/** The names that a setting may refer to, with what people call them; asked for where they are `wanted`. */
export function useNames(source: Source, wanted = true): readonly Named[] {
  const { t } = useTranslation("administration");
  const flows = useQuery({
    queryKey: ["flows"],
    queryFn: () => everything(listFlows),
    staleTime: 60_000,
    enabled: wanted && source === "flows",
  });
  const section = useQuery({
    queryKey: ["settings", source],
    queryFn: async () => (await api.get<Page<SettingDoc>>(`/settings/${source}`)).items,
    staleTime: 10_000,
    enabled: wanted && source !== "flows",
  });
  return useMemo(
    () =>
      source === "flows"
        ? (flows.data ?? []).map((flow) => ({ value: flow.flow, label: flowTitle(t, flow.title || flow.flow) }))
        : (section.data ?? []).map((one) => ({ value: one.name, label: titleOf(one) })),
    [t, source, flows.data, section.data],
  );
}

/** What people call an entry; its key where they call it nothing. */
export function titleOf(entry: SettingDoc): string {
  if (typeof entry.document !== "object" || entry.document === null) return entry.name;
  const { title, name } = entry.document as { title?: unknown; name?: unknown };
  return [title, name].find((text): text is string => typeof text === "string" && text !== "") ?? entry.name;
}

/** Acts on settings; each ends with fresh lists everywhere. */
export function useSettingsActs() {
  const cache = useQueryClient();
  const refresh = useCallback(async () => {
    await Promise.all(
      [["settings"], ["revisions"], ["teams"], ["skills"], ["reasons"], ["dispositions"], ["users"]].map((queryKey) =>
        cache.invalidateQueries({ queryKey }),
      ),
    );
  }, [cache]);
  return useMemo(
    () => ({
      refresh,
      put: async (section: SectionName, name: string, document: unknown, etag: string | null) => {
        const saved = await putSetting(section, name, document, etag);
        await refresh();
        return saved;
      },
      remove: async (section: SectionName, name: string, etag: string) => {
        await deleteSetting(section, name, etag);
        await refresh();
      },
      change: async (changes: SettingChange[], comment: string) => {
        const made = await changeSettings({ changes, comment });
        await refresh();
        return made;
      },
    }),
    [refresh],
  );
}

export function preview(section: SectionName, name: string, document: unknown): Promise<PreviewDoc> {
  return previewChange({ section, name, document });
}

/** What several changes of a section would do together; there is at least one. */
export function previewTogether(changes: readonly SettingChange[]): Promise<PreviewDoc> {
  const [first, ...more] = changes;
  if (!first) throw new Error("there is nothing to look at");
  return previewChange({ section: first.section, name: first.name, document: first.document, more });
}
