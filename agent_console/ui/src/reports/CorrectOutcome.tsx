import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import type { ContactLine, Outcome } from "../api/documents";
import { useNames } from "../api/names";
import { correctContactOutcome } from "../api/operations/supervision";
import { problemWords } from "../api/problem_words";
import { useDispositions } from "../api/queries";
import layout from "../design/Form.module.css";
import { sayDone } from "../shell/notices";
import { clashes, differs, type Field, FIELDS, rebased } from "../api/outcome_versions";
import classes from "./CorrectOutcome.module.css";

/** What a contact was about, told anew: reports count so from then on, and the story keeps both. */
export default function CorrectOutcome({ line, close }: { line: ContactLine; close: () => void }) {
  const { t } = useTranslation("reports");
  const common = useTranslation().t;
  const known = useDispositions();
  const form = useCorrected(line, close);
  const { base, draft, type, refused } = form;

  const choose = (disposition: string | null) => {
    // a disposition that says whether it is resolved answers that question too
    const said = known.data?.find((one) => one.disposition === disposition)?.resolved;
    type({ ...draft, disposition, resolved: said ?? draft.resolved });
  };
  return (
    <form
      className={`${layout.inset ?? ""} ${classes.form ?? ""}`}
      onSubmit={(event) => void form.send(event)}
      aria-label={t("correct.title")}
    >
      {form.overtaken && <Overtaken base={base} draft={draft} present={line} keep={form.keep} load={form.load} />}
      <div className={classes.row}>
        <Select
          size="xs"
          label={t("story.disposition")}
          placeholder={t("correct.none")}
          data={(known.data ?? []).map((one) => ({ value: one.disposition, label: one.title }))}
          value={draft.disposition}
          onChange={choose}
          clearable
          searchable
          openOnFocus={false}
          autoFocus
        />
        <Select
          size="xs"
          label={t("story.resolved")}
          placeholder={t("correct.notSaid")}
          data={[
            { value: "true", label: t("story.yes") },
            { value: "false", label: t("story.no") },
          ]}
          value={draft.resolved === null ? null : String(draft.resolved)}
          onChange={(chosen) => type({ ...draft, resolved: chosen === null ? null : chosen === "true" })}
          clearable
        />
      </div>
      <Textarea
        size="xs"
        label={t("story.notes")}
        value={draft.notes}
        onChange={(event) => type({ ...draft, notes: event.currentTarget.value })}
        maxLength={10_000}
        rows={3}
      />
      <TextInput
        size="xs"
        label={t("correct.why")}
        description={t("correct.whyHint")}
        value={form.why}
        onChange={(event) => form.because(event.currentTarget.value)}
        maxLength={200}
      />
      {refused !== null && !form.overtaken && (
        <p className={layout.refused} role="alert">
          {problemWords(common, refused)}
        </p>
      )}
      <div className={layout.choices}>
        <Button size="xs" type="submit" loading={form.busy} disabled={!form.changed || form.overtaken}>
          {t("correct.save")}
        </Button>
        <Button size="xs" variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </form>
  );
}

/** What is typed over which version, and what becomes of it. */
function useCorrected(line: ContactLine, close: () => void) {
  const { t } = useTranslation("reports");
  const cache = useQueryClient();
  const [base, setBase] = useState(line);
  const [draft, setDraft] = useState<Outcome>(line.outcome);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState<unknown>(null);
  const changed = FIELDS.some((field) => differs(field, draft, base.outcome));
  const overtaken = changed && !busy && line.outcome_etag !== base.outcome_etag;
  const load = () => {
    setBase(line);
    setDraft(line.outcome);
    refuse(null);
  };
  // nothing was typed: it is shown as it is now
  if (!changed && !busy && line.outcome_etag !== base.outcome_etag) load();
  const keep = () => {
    setDraft(rebased(base.outcome, draft, line.outcome));
    setBase(line);
    refuse(null);
  };
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    refuse(null);
    const { disposition, resolved } = draft;
    const notes = differs("notes", draft, base.outcome) ? { notes: draft.notes.trim() } : {};
    try {
      await correctContactOutcome(
        line.contact_id,
        { disposition, resolved, why: why.trim(), ...notes },
        base.outcome_etag,
      );
      sayDone(t("correct.done"));
      close();
    } catch (error) {
      refuse(error);
      if (error instanceof Problem && error.error_id === "edited_meanwhile" && error.present) {
        cache.setQueryData(["contact", line.contact_id], error.present);
      }
    } finally {
      setBusy(false);
      for (const key of ["contact", "story", "contacts", "customers"]) {
        void cache.invalidateQueries({ queryKey: [key] });
      }
    }
  };
  return { base, draft, type: setDraft, why, because: setWhy, busy, refused, changed, overtaken, keep, load, send };
}

interface OvertakenProps {
  base: ContactLine;
  draft: Outcome;
  present: ContactLine;
  keep: () => void;
  load: () => void;
}

/** Somebody else told another outcome: what they told, and two ways to go on. */
function Overtaken({ base, draft, present, keep, load }: OvertakenProps) {
  const { t } = useTranslation("reports");
  const names = useNames();
  const words = ({ disposition, resolved, notes }: Outcome): Record<Field, string> => ({
    disposition: disposition === null ? t("correct.none") : names.disposition(disposition),
    resolved: resolved === null ? t("correct.notSaid") : t(resolved ? "story.yes" : "story.no"),
    notes: notes || t("correct.overtaken.nothing"),
  });
  const now = words(present.outcome);
  return (
    <div className={layout.overtaken} role="alert">
      <p>{t("correct.overtaken.changed")}</p>
      <dl>
        {FIELDS.filter((field) => differs(field, present.outcome, base.outcome)).map((field) => (
          <div key={field}>
            <dt>{t("correct.overtaken.now", { field: t(`story.${field}`) })}</dt>
            <dd>
              <span className={layout.value}>{now[field]}</span>
              {clashes(field, base.outcome, draft, present.outcome) && <em>{t("correct.overtaken.clash")}</em>}
            </dd>
          </div>
        ))}
      </dl>
      <div className={layout.choices}>
        <Button size="xs" variant="default" onClick={keep}>
          {t("correct.overtaken.keep")}
        </Button>
        <Button size="xs" variant="default" onClick={load}>
          {t("correct.overtaken.load")}
        </Button>
      </div>
    </div>
  );
}
