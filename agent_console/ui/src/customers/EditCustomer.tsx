import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Problem } from "../api/client";
import type { CustomerDoc } from "../api/documents";
import { addCustomer, putCustomer } from "../api/operations/customers";
import { useMe } from "../api/session";
import layout from "../design/Form.module.css";
import { useFormats } from "../language/formats";
import { sayDone } from "../shell/notices";
import { CustomerFields } from "./CustomerFields";
import { clashing, differing, type Draft, draftOf, type Field, keptDrafts, rebased, wishOf } from "./drafts";
import { fieldsRefused, otherwiseRefused } from "./field_refusals";

interface Props {
  /** As it is now; somebody else may change it meanwhile. */
  customer: CustomerDoc;
  /** It was removed meanwhile. */
  gone: boolean;
  close: () => void;
}

/** A record as a form. What is typed outlives other people's changes, and looking at somebody else. */
export default function EditCustomer({ customer, gone, close }: Props) {
  const { t } = useTranslation("customers");
  const common = useTranslation().t;
  const form = useEdited(customer, close);
  const { base, draft, refused } = form;
  const overtaken = customer.etag !== base.etag;
  const other = otherwiseRefused(common, refused);
  return (
    <form className={layout.whole} onSubmit={(event) => void form.save(event)} aria-label={customer.name}>
      <div className={layout.fields}>
        {gone ? (
          <Gone make={form.make} />
        ) : (
          overtaken && <Overtaken base={base} draft={draft} present={customer} keep={form.rebase} load={form.load} />
        )}
        {other !== null && !gone && (
          <p className={layout.refused} role="alert">
            {other}
          </p>
        )}
        <CustomerFields draft={draft} change={form.type} refused={fieldsRefused(common, refused)} />
      </div>
      <footer className={layout.foot}>
        <Button
          size="xs"
          type="submit"
          loading={form.busy}
          disabled={!form.changed || draft.name.trim() === "" || gone}
        >
          {t("save")}
        </Button>
        <Button size="xs" variant="default" onClick={form.drop}>
          {common("cancel")}
        </Button>
      </footer>
    </form>
  );
}

/** What is typed over which version, and what becomes of it. */
function useEdited(customer: CustomerDoc, close: () => void) {
  const { t } = useTranslation("customers");
  const me = useMe();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const id = customer.customer_id;
  const kept = keptDrafts.of(me.user, id);
  const [base, setBase] = useState(kept?.base ?? customer);
  const [draft, setDraft] = useState(kept?.draft ?? draftOf(customer));
  const [refused, setRefused] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const changed = differing(draftOf(base), draft).length > 0;
  // nothing was typed: it is shown as it is now
  if (!changed && !busy && customer.etag !== base.etag) {
    setBase(customer);
    setDraft(draftOf(customer));
  }
  useEffect(() => {
    if (changed) keptDrafts.keep(me.user, id, { base, draft });
    else keptDrafts.drop(me.user, id);
  }, [changed, me.user, id, base, draft]);

  const drop = () => {
    keptDrafts.drop(me.user, id);
    close();
  };
  const attempt = async (act: () => Promise<CustomerDoc>, done: (saved: CustomerDoc) => void) => {
    setRefused(null);
    setBusy(true);
    try {
      done(await act());
    } catch (error) {
      setRefused(error);
      if (error instanceof Problem && error.error_id === "edited_meanwhile" && error.present) {
        cache.setQueryData(["customers", "one", id], error.present);
      }
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: ["customers"] });
    }
  };
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    return attempt(
      () => putCustomer(id, wishOf(draft), base.etag),
      (saved) => {
        cache.setQueryData(["customers", "one", id], saved);
        sayDone(t("saved", { name: saved.name }));
        drop();
      },
    );
  };
  const make = () =>
    attempt(
      () => addCustomer(wishOf(draft)),
      (made) => {
        sayDone(t("made", { name: made.name }));
        drop();
        go(`/key/${encodeURIComponent(made.customer_id)}`);
      },
    );
  const rebase = () => {
    setDraft(rebased(draftOf(base), draft, draftOf(customer)));
    setBase(customer);
    setRefused(null);
  };
  const load = () => {
    setDraft(draftOf(customer));
    setBase(customer);
    setRefused(null);
  };
  return { base, draft, refused, busy, changed, type: setDraft, save, make: () => void make(), rebase, load, drop };
}

interface OvertakenProps {
  base: CustomerDoc;
  draft: Draft;
  present: CustomerDoc;
  keep: () => void;
  load: () => void;
}

/** Somebody else was faster: what they made of it, and two ways to go on. */
function Overtaken({ base, draft, present, keep, load }: OvertakenProps) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const now = draftOf(present);
  const theirs = differing(draftOf(base), now);
  const both = clashing(draftOf(base), draft, now);
  return (
    <div className={layout.overtaken} role="alert">
      <p>{t("overtaken.changed", { who: present.changed_by, at: formats.when(present.changed_at) })}</p>
      <dl>
        {theirs.map((field) => (
          <Theirs key={field} field={field} value={now[field]} clashes={both.includes(field)} />
        ))}
      </dl>
      {present.merged_into !== base.merged_into && present.merged_into !== null && <p>{t("mergedInto")}</p>}
      <div className={layout.choices}>
        <Button size="xs" variant="default" onClick={keep}>
          {t("overtaken.keep")}
        </Button>
        <Button size="xs" variant="default" onClick={load}>
          {t("overtaken.load")}
        </Button>
      </div>
    </div>
  );
}

function Theirs({ field, value, clashes }: { field: Field; value: string; clashes: boolean }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const shown = field === "language" && value !== "" ? formats.language(value) : value;
  return (
    <>
      <dt>{t("overtaken.now", { field: t(`field.${field}`) })}</dt>
      <dd>
        <span className={layout.value}>{shown || t("overtaken.nothing")}</span>
        {clashes && <em>{t("overtaken.clash")}</em>}
      </dd>
    </>
  );
}

/** It was removed meanwhile. */
function Gone({ make }: { make: () => void }) {
  const { t } = useTranslation("customers");
  return (
    <div className={layout.overtaken} role="alert">
      <p>{t("overtaken.gone")}</p>
      <Button size="xs" variant="default" onClick={make}>
        {t("overtaken.asNew")}
      </Button>
    </div>
  );
}
