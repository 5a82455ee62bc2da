import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactLine, CorrectOutcome as Wish } from "../api/documents";
import { correctContactOutcome } from "../api/operations/supervision";
import { problemWords } from "../api/problem_words";
import { useDispositions } from "../api/queries";
import { sayDone } from "../shell/notices";
import classes from "./CorrectOutcome.module.css";

/** What a contact was about, told anew: reports count so from then on, and the story keeps both. */
export default function CorrectOutcome({ line, close }: { line: ContactLine; close: () => void }) {
  const { t } = useTranslation("reports");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const known = useDispositions();
  const before = line.outcome;
  const [disposition, setDisposition] = useState(before.disposition);
  const [resolved, setResolved] = useState(before.resolved);
  const [notes, setNotes] = useState(before.notes);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState<unknown>(null);
  const changed =
    disposition !== before.disposition || resolved !== before.resolved || notes.trim() !== before.notes.trim();

  const choose = (chosen: string | null) => {
    setDisposition(chosen);
    // a disposition that says whether it is resolved answers that question too
    const said = known.data?.find((one) => one.disposition === chosen)?.resolved;
    if (said !== null && said !== undefined) setResolved(said);
  };
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    refuse(null);
    const same = notes.trim() === before.notes.trim();
    const wish: Wish = { disposition, resolved, why: why.trim(), ...(same ? {} : { notes: notes.trim() }) };
    try {
      await correctContactOutcome(line.contact_id, wish);
      sayDone(t("correct.done"));
      close();
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
      for (const key of ["contact", "story", "contacts", "customers"]) {
        void cache.invalidateQueries({ queryKey: [key] });
      }
    }
  };
  return (
    <form className={classes.form} onSubmit={(event) => void send(event)} aria-label={t("correct.title")}>
      <div className={classes.row}>
        <Select
          size="xs"
          label={t("story.disposition")}
          placeholder={t("correct.none")}
          data={(known.data ?? []).map((one) => ({ value: one.disposition, label: one.title }))}
          value={disposition}
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
          value={resolved === null ? null : String(resolved)}
          onChange={(chosen) => setResolved(chosen === null ? null : chosen === "true")}
          clearable
        />
      </div>
      <Textarea
        size="xs"
        label={t("story.notes")}
        value={notes}
        onChange={(event) => setNotes(event.currentTarget.value)}
        maxLength={10_000}
        rows={3}
      />
      <TextInput
        size="xs"
        label={t("correct.why")}
        description={t("correct.whyHint")}
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
        maxLength={200}
      />
      {refused !== null && (
        <p className={classes.refused} role="alert">
          {problemWords(common, refused)}
        </p>
      )}
      <div className={classes.acts}>
        <Button size="xs" type="submit" loading={busy} disabled={!changed}>
          {t("correct.save")}
        </Button>
        <Button size="xs" variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </form>
  );
}
