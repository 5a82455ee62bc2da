import { Button, Textarea, TextInput } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettingDoc } from "../api/documents";
import { problemWords } from "../api/problem_words";
import { AskOnce } from "../floor/AskOnce";
import { PreviewWords } from "../floor/PreviewWords";
import { sayDone, sayProblem } from "../shell/notices";
import { AccountActs } from "./AccountActs";
import classes from "./EntryEditor.module.css";
import { errorsOf } from "./field_errors";
import { useFieldNames } from "./field_names";
import { SettingFields } from "./NestedFields";
import { definitionOf, SINGLE, type SectionName } from "./settings_schema";
import { preview, useSettingsActs } from "./settings_api";

interface Props {
  section: SectionName;
  /** Null: a new one, or the only one of a section of which nothing has been said yet. */
  entry: SettingDoc | null;
  close?: () => void;
}

/** Of these a change may leave somebody without agents, or agents without work. */
const ROUTING: readonly SectionName[] = ["agents", "queues", "skills", "teams", "opening_hours", "routing"];

/** One entry as a form. Saving asks with what the change would do. */
export function EntryEditor({ section, entry, close }: Props) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const nameOf = useFieldNames();
  const acts = useSettingsActs();
  const single = SINGLE.includes(section);
  const [name, setName] = useState(entry?.name ?? (single ? section : ""));
  const [document, setDocument] = useState<unknown>(entry?.document ?? (definitionOf(section) === null ? "" : {}));
  const [refused, setRefused] = useState<unknown>(null);
  const before = entry?.document ?? (single ? {} : null);
  const changed = JSON.stringify(document) !== JSON.stringify(before);

  const save = async () => {
    setRefused(null);
    try {
      await acts.put(section, name, document, entry?.etag ?? null);
      sayDone(t("saved", { name: single ? t(`page.${section}`) : name }));
      close?.();
    } catch (error) {
      setRefused(error);
    }
  };
  const remove = async () => {
    try {
      if (entry) await acts.remove(section, entry.name, entry.etag);
      sayDone(t("removed", { name }));
      close?.();
    } catch (error) {
      sayProblem(common, error);
    }
  };
  const ask = ROUTING.includes(section) ? (
    <PreviewWords
      queryKey={["preview", section, name, document]}
      ask={() => preview(section, name, document)}
      nameOf={nameOf}
    />
  ) : (
    <p>{t("saveAsk")}</p>
  );

  return (
    <div className={classes.editor}>
      <div className={classes.fields}>
        {refused !== null && (
          <p className={classes.refused} role="alert">
            {problemWords(common, refused, nameOf)}
          </p>
        )}
        {entry === null && !single && (
          <TextInput
            label={t("key")}
            description={t("keyHint")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoFocus
            required
          />
        )}
        <Fields section={section} name={name} document={document} change={setDocument} refused={refused} />
        {section === "users" && entry !== null && <AccountActs user={entry.name} />}
      </div>
      <footer className={classes.foot}>
        <AskOnce primary label={t("save")} disabled={!changed || name === ""} question={ask} act={save} />
        {!single && (
          <Button size="xs" variant="default" onClick={close}>
            {common("cancel")}
          </Button>
        )}
        <span className={classes.gap} />
        {entry !== null && !single && (
          <AskOnce
            danger
            label={t("delete")}
            icon={<Trash2 size={14} aria-hidden />}
            question={t("deleteAsk", { name: entry.name })}
            act={remove}
          />
        )}
      </footer>
    </div>
  );
}

interface FieldsProps {
  section: SectionName;
  name: string;
  document: unknown;
  change: (document: unknown) => void;
  refused: unknown;
}

function Fields({ section, name, document, change, refused }: FieldsProps) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const definition = definitionOf(section);
  const errors = useMemo(() => errorsOf(common, refused, section, name), [common, refused, section, name]);
  if (definition === null) {
    return (
      <Textarea
        label={t("meaning")}
        value={typeof document === "string" ? document : ""}
        onChange={(event) => change(event.currentTarget.value)}
        rows={3}
      />
    );
  }
  return (
    <SettingFields
      definition={definition}
      value={(document ?? {}) as Record<string, unknown>}
      change={change}
      errors={errors}
    />
  );
}
