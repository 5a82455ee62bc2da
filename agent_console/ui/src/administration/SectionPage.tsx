import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus, Settings2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { listUsers } from "../api/operations/users";
import type { SettingDoc } from "../api/documents";
import { everything } from "../api/queries";
import { type Column, DataGrid } from "../design/DataGrid";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useWordsOf } from "../language/words";
import { useCells } from "./cells";
import { EntryEditor } from "./EntryEditor";
import { PageFrame } from "./PageFrame";
import classes from "./SectionPage.module.css";
import { definitionOf, SINGLE, type SectionName } from "./settings_schema";
import { useSection } from "./settings_api";

/** What is edited, as it was when it was opened; without a name a new one. */
interface Opened {
  name: string;
  entry: SettingDoc | null;
}

/** A section of the settings: its entries, and the one that is edited. */
export default function SectionPage({ section }: { section: SectionName }) {
  const { t } = useTranslation("administration");
  useWordsOf("labels", "hints", "floor", "desk");
  const entries = useSection(section);
  const [opened, open] = useState<Opened | null>(null);
  if (entries.isPending) return <Loading />;
  if (entries.isError) return <Trouble error={entries.error} retry={() => void entries.refetch()} />;
  if (SINGLE.includes(section)) {
    const entry = entries.data[0] ?? null;
    return (
      <PageFrame title={t(`page.${section}`)}>
        <EntryEditor section={section} entry={entry} present={entry} />
      </PageFrame>
    );
  }
  const edit = (name: string) => open({ name, entry: entries.data.find((one) => one.name === name) ?? null });
  return (
    <PageFrame
      title={t(`page.${section}`)}
      aside={
        <Button size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={() => edit("")}>
          {t(`new.${section}` as "new.agents")}
        </Button>
      }
    >
      <div className={classes.split} data-editing={opened !== null}>
        <EntryList section={section} entries={entries.data} edited={opened?.name ?? null} edit={edit} />
        {opened !== null && (
          <div className={classes.editor}>
            <EntryEditor
              key={opened.name}
              section={section}
              entry={opened.entry}
              present={entries.data.find((one) => one.name === opened.name) ?? null}
              close={() => open(null)}
            />
          </div>
        )}
      </div>
    </PageFrame>
  );
}

/** What of an entry stands in its line. */
const SHOWN: Record<SectionName, readonly string[]> = {
  agents: ["name", "phone", "team", "skills"],
  teams: ["title"],
  skills: [],
  queues: ["title", "requires", "agent_order", "wrap_up_s", "opening_hours"],
  routing: [],
  reasons: ["title", "digits", "productive"],
  dispositions: ["title", "resolved"],
  phone_book: ["title", "number"],
  entry_points: ["title", "flow", "queue"],
  opening_hours: ["weekly"],
  alarms: [],
  users: ["title", "role", "teams", "agent"],
};

interface ListProps {
  section: SectionName;
  entries: readonly SettingDoc[];
  edited: string | null;
  edit: (name: string) => void;
}

function EntryList({ section, entries, edited, edit }: ListProps) {
  const { t } = useTranslation("administration");
  const columns = useColumns(section);
  return (
    <DataGrid
      label={t(`page.${section}`)}
      rows={entries}
      columns={columns}
      keyOf={(entry) => entry.name}
      open={(entry) => edit(entry.name)}
      opened={edited}
      empty={<Empty icon={Settings2} title={t("none")} hint={t("noneHint")} />}
    />
  );
}

function useColumns(section: SectionName): readonly Column<SettingDoc>[] {
  const { t } = useTranslation("administration");
  const labels = useTranslation("labels").t;
  const formats = useFormats();
  const cells = useCells(section);
  const definition = definitionOf(section);
  const accounts = useQuery({
    queryKey: ["users"],
    queryFn: () => everything(listUsers),
    enabled: section === "users",
  });
  return useMemo(() => {
    const columns: Column<SettingDoc>[] = [
      {
        key: "name",
        title: t("key"),
        width: "minmax(7rem, 1fr)",
        sort: (entry) => entry.name,
        cell: (entry) => <span className={classes.key}>{entry.name}</span>,
      },
    ];
    if (definition === null) {
      columns.push({
        key: "document",
        title: t("meaning"),
        width: "minmax(12rem, 3fr)",
        cell: (entry) => (typeof entry.document === "string" ? entry.document : ""),
      });
    }
    for (const name of SHOWN[section]) {
      columns.push({
        key: name,
        title: labels(`${definition ?? ""}.${name}` as "Team.title", { defaultValue: name }),
        width: "minmax(6rem, 1.4fr)",
        sort: (entry) => sortable(valueOf(entry, name)) ?? cells(name, valueOf(entry, name)),
        cell: (entry) => cells(name, valueOf(entry, name)),
      });
    }
    if (section === "users") {
      const known = new Map((accounts.data ?? []).map((user) => [user.name, user]));
      columns.push({
        key: "last",
        title: t("users.last"),
        width: "minmax(12.5rem, 1fr)",
        cell: (entry) => {
          const user = known.get(entry.name);
          if (user?.locked) return t("users.locked");
          return user?.last_sign_in ? formats.dateTime(user.last_sign_in) : t("users.never");
        },
      });
    }
    return columns;
  }, [section, definition, t, labels, formats, cells, accounts.data]);
}

function valueOf(entry: SettingDoc, name: string): unknown {
  return (entry.document as Record<string, unknown> | null)?.[name];
}

/** Numbers by their size, everything else by its words. */
function sortable(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
