import { Button, Textarea, TextInput } from "@mantine/core";
import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import type { SettingDoc } from "../api/documents";
import { problemWords } from "../api/problem_words";
import form from "../design/Form.module.css";
import { AskOnce } from "../floor/AskOnce";
import { PreviewWords } from "../floor/PreviewWords";
import { sayDone, sayProblem } from "../shell/notices";
import { AccountActs } from "./AccountActs";
import classes from "./EntryEditor.module.css";
import { errorsOf, standing } from "./field_errors";
import { useFieldNames } from "./field_names";
import { SettingFields } from "./NestedFields";
import { definitionOf, SINGLE, type SectionName } from "./settings_schema";
import { preview, useSettingsActs } from "./settings_api";

interface Props {
  section: SectionName;
  /** As it was opened; null: a new one, or the only one of a section of which nothing has been said yet. */
  entry: SettingDoc | null;
  /** As it is now; null: there is none. */
  present: SettingDoc | null;
  close?: () => void;
}

/** Of these a change may leave somebody without agents, or agents without work. */
const ROUTING: readonly SectionName[] = ["agents", "queues", "skills", "teams", "opening_hours", "routing"];

/** One entry as a form. Saving asks with what the change would do. */
export function EntryEditor({ section, entry: opened, present, close }: Props) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const nameOf = useFieldNames();
  const acts = useSettingsActs();
  const { entry, loaded, overtaken, load, adopt } = useBase(opened, present);
  const single = SINGLE.includes(section);
  const [name, setName] = useState(entry?.name ?? (single ? section : ""));
  const [typed, setDocument] = useState<unknown>(undefined);
  const [refusal, setRefused] = useState<{ error: unknown; sent: unknown } | null>(null);
  const [busy, setBusy] = useState(false);
  const document = typed ?? entry?.document ?? (definitionOf(section) === null ? "" : {});
  const before = entry?.document ?? (single ? {} : null);
  const changed = JSON.stringify(document) !== JSON.stringify(before);
  const refused = refusal === null ? null : standing(refusal.error, refusal.sent, document, section, name);
  // nothing was typed: it is shown as it is now
  if (overtaken === "changed" && !changed && !busy) load();

  const save = async () => {
    setRefused(null);
    setBusy(true);
    try {
      adopt(await acts.put(section, name, document, entry?.etag ?? null));
      setDocument(undefined);
      sayDone(t("saved", { name: single ? t(`page.${section}`) : name }));
      close?.();
    } catch (error) {
      setRefused({ error, sent: document });
      void acts.refresh();
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    setBusy(true);
    try {
      if (entry) await acts.remove(section, entry.name, entry.etag);
      sayDone(t("removed", { name }));
      close?.();
    } catch (error) {
      sayProblem(common, error);
      void acts.refresh();
    } finally {
      setBusy(false);
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
    <div className={form.whole}>
      <div className={`${form.fields ?? ""} ${classes.fields ?? ""}`}>
        {overtaken !== null && !busy && (
          <Overtaken
            how={overtaken}
            name={entry?.name ?? name}
            load={() => {
              setDocument(undefined);
              setRefused(null);
              load();
            }}
            keep={() => {
              setRefused(null);
              if (present) adopt(present);
            }}
            close={close}
          />
        )}
        {refused !== null && !(overtaken !== null && isOvertaken(refused)) && (
          <p className={form.refused} role="alert">
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
        <Fields key={loaded} section={section} name={name} document={document} change={setDocument} refused={refused} />
        {section === "users" && entry !== null && <AccountActs user={entry.name} />}
      </div>
      <footer className={form.foot}>
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

type Overtaking = "changed" | "removed";

interface Base {
  /** What the form was made from; null: a new one. */
  entry: SettingDoc | null;
  /** How often the form was made anew. */
  loaded: number;
  /** What somebody else has done to the entry since; null: nothing. */
  overtaken: Overtaking | null;
  load: () => void;
  /** Go on from this one, with what was typed. */
  adopt: (entry: SettingDoc) => void;
}

/** The entry that a form was made from, beside how it is now. */
function useBase(opened: SettingDoc | null, present: SettingDoc | null): Base {
  const [base, setBase] = useState({ entry: opened, loaded: 0 });
  let overtaken: Overtaking | null = null;
  if (present?.etag !== base.entry?.etag) overtaken = present === null ? "removed" : "changed";
  return {
    ...base,
    overtaken,
    load: () => setBase({ entry: present, loaded: base.loaded + 1 }),
    adopt: (entry) => setBase({ entry, loaded: base.loaded }),
  };
}

function isOvertaken(error: unknown): boolean {
  return error instanceof Problem && error.error_id === "edited_meanwhile";
}

interface OvertakenProps {
  how: Overtaking;
  name: string;
  load: () => void;
  keep: () => void;
  close: (() => void) | undefined;
}

/** Somebody else was faster: nothing that was typed is lost, and nothing of theirs is written over unseen. */
function Overtaken({ how, name, load, keep, close }: OvertakenProps) {
  const { t } = useTranslation("administration");
  return (
    <div className={form.overtaken} role="alert">
      <p>{t(`overtaken.${how}`, { name })}</p>
      {how === "changed" ? (
        <div className={form.choices}>
          <Button size="xs" variant="default" onClick={load}>
            {t("overtaken.load")}
          </Button>
          <Button size="xs" variant="default" onClick={keep}>
            {t("overtaken.keep")}
          </Button>
        </div>
      ) : (
        close && (
          <Button size="xs" variant="default" onClick={close}>
            {t("overtaken.close")}
          </Button>
        )
      )}
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
