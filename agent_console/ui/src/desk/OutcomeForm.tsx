import { Button, Kbd, Textarea } from "@mantine/core";
import { Check, CloudOff, CloudUpload } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { DeskContact, DispositionDoc } from "../api/documents";
import { useNames } from "../api/names";
import { isSame, NOTHING, type Verdict } from "../api/outcome_versions";
import { problemWords } from "../api/problem_words";
import { useDispositions } from "../api/queries";
import layout from "../design/Form.module.css";
import { Trouble } from "../design/Waiting";
import { useShortcuts } from "../shell/shortcuts";
import classes from "./OutcomeForm.module.css";
import { type OutcomeOf, useOutcome } from "./outcomes";

/** Notes, disposition and whether it is resolved: saved as they are typed. */
export function OutcomeForm({ contact }: { contact: DeskContact }) {
  const { t } = useTranslation("desk");
  const notes = useRef<HTMLTextAreaElement>(null);
  const own = useOutcome(contact);
  const isAfter = contact.state === "wrap_up";
  useEffect(() => {
    if (isAfter) notes.current?.focus();
  }, [isAfter]);
  useShortcuts(
    t("outcome.title"),
    useMemo(
      () => [
        { code: "KeyN", label: t("outcome.toNotes"), run: () => notes.current?.focus() },
        { code: "KeyY", label: t("outcome.isResolved"), run: () => own.change({ resolved: true }) },
        { code: "KeyU", label: t("outcome.isOpen"), run: () => own.change({ resolved: false }) },
      ],
      [t, own],
    ),
  );
  return (
    <section className={classes.form} aria-label={t("outcome.title")}>
      <Textarea
        ref={notes}
        label={t("outcome.notes")}
        placeholder={t("outcome.placeholder")}
        value={own.outcome.notes}
        onChange={(event) => own.change({ notes: event.currentTarget.value })}
        onBlur={() => void own.flush()}
        maxLength={10_000}
        rows={4}
        classNames={{ input: classes.notes ?? "" }}
      />
      <Saving own={own} />
      {contact.erased_at && <p className={classes.erased}>{t("outcome.erased")}</p>}
      {own.overruled && <Overruled own={own} mine={own.overruled} />}
      <div className={classes.line}>
        <Dispositions own={own} />
        <Resolved own={own} />
      </div>
    </section>
  );
}

/** Somebody else said otherwise meanwhile, and it stands: what it is, and how one's own word becomes the last. */
function Overruled({ own, mine }: { own: OutcomeOf; mine: Verdict }) {
  const { t } = useTranslation("desk");
  const names = useNames();
  const words = ({ disposition, resolved }: Verdict) =>
    [
      disposition === null ? null : names.disposition(disposition),
      resolved === null ? null : t(resolved ? "outcome.isResolved" : "outcome.isOpen"),
    ]
      .filter((one) => one !== null)
      .join(" · ") || t("overruled.nothing");
  return (
    <div className={layout.overtaken} role="alert">
      <p>{t("overruled.told", { theirs: words(own.outcome), mine: words(mine) })}</p>
      <Button size="xs" variant="default" onClick={() => own.change(mine)}>
        {t("overruled.mine")}
      </Button>
    </div>
  );
}

function Dispositions({ own }: { own: OutcomeOf }) {
  const { t } = useTranslation("desk");
  const known = useDispositions();
  const all = useMemo(() => known.data ?? [], [known.data]);
  const { outcome, change } = own;
  const choose = useCallback(
    (one: DispositionDoc) => {
      const off = outcome.disposition === one.disposition;
      // a disposition that says whether it is resolved answers that question too
      change({
        disposition: off ? null : one.disposition,
        ...(off ? {} : { resolved: one.resolved ?? outcome.resolved }),
      });
    },
    [outcome, change],
  );
  useShortcuts(
    t("outcome.disposition"),
    useMemo(
      () =>
        all.slice(0, 9).map((one, place) => ({
          code: `Digit${place + 1}`,
          label: one.title,
          run: () => choose(one),
        })),
      [all, choose],
    ),
  );
  return (
    <fieldset className={classes.dispositions}>
      <legend>{t("outcome.disposition")}</legend>
      {known.isError && <Trouble compact error={known.error} retry={() => void known.refetch()} />}
      {all.map((one, place) => (
        <Button
          key={one.disposition}
          variant={outcome.disposition === one.disposition ? "filled" : "default"}
          aria-pressed={outcome.disposition === one.disposition}
          rightSection={place < 9 ? <Kbd size="xs">{place + 1}</Kbd> : undefined}
          onClick={() => choose(one)}
        >
          {one.title}
        </Button>
      ))}
    </fieldset>
  );
}

function Resolved({ own }: { own: OutcomeOf }) {
  const { t } = useTranslation("desk");
  const { outcome, change } = own;
  return (
    <fieldset className={classes.resolved}>
      <legend>{t("outcome.resolved")}</legend>
      {([true, false] as const).map((value) => (
        <Button
          key={String(value)}
          variant={outcome.resolved === value ? "filled" : "default"}
          aria-pressed={outcome.resolved === value}
          onClick={() => change({ resolved: outcome.resolved === value ? null : value })}
        >
          {t(value ? "outcome.yes" : "outcome.no")}
        </Button>
      ))}
    </fieldset>
  );
}

function Saving({ own }: { own: OutcomeOf }) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const lost = own.state === "kept" || own.state === "refused";
  const untouched = own.state === "saved" && isSame(own.outcome, NOTHING);
  const Icon = own.state === "saved" ? Check : lost ? CloudOff : CloudUpload;
  return (
    <span className={classes.saving} data-state={own.state} role="status">
      {!untouched && <Icon size={14} aria-hidden />}
      {!untouched && (own.refusal ? problemWords(common, own.refusal) : t(`saving.${own.state}`))}
    </span>
  );
}
