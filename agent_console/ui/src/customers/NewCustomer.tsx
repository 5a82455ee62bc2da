import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { addCustomer } from "../api/operations/customers";
import { useMe } from "../api/session";
import layout from "../design/Form.module.css";
import { sayDone } from "../shell/notices";
import { CustomerFields } from "./CustomerFields";
import { differing, EMPTY, keptDrafts, wishOf } from "./drafts";
import { fieldsRefused, otherwiseRefused } from "./field_refusals";

/** A new record. */
export default function NewCustomer() {
  const { t } = useTranslation("customers");
  const common = useTranslation().t;
  const me = useMe();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [draft, setDraft] = useState(() => keptDrafts.of(me.user, null)?.draft ?? EMPTY);
  const [key, setKey] = useState("");
  const [refused, setRefused] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (differing(EMPTY, draft).length > 0) keptDrafts.keep(me.user, null, { base: null, draft });
    else keptDrafts.drop(me.user, null);
  }, [me.user, draft]);
  const leave = (to: string) => {
    keptDrafts.drop(me.user, null);
    go(to);
  };
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setRefused(null);
    setBusy(true);
    try {
      const made = await addCustomer({ ...wishOf(draft), customer_id: key.trim() || null });
      await cache.invalidateQueries({ queryKey: ["customers"] });
      sayDone(t("made", { name: made.name }));
      leave(`/key/${encodeURIComponent(made.customer_id)}`);
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const other = otherwiseRefused(common, refused);
  const atFields = fieldsRefused(common, refused);
  return (
    <form className={layout.whole} onSubmit={(event) => void send(event)} aria-label={t("new")}>
      <div className={layout.fields}>
        <h2 className={layout.title}>{t("new")}</h2>
        {other !== null && (
          <p className={layout.refused} role="alert">
            {other}
          </p>
        )}
        <CustomerFields draft={draft} change={setDraft} refused={atFields} />
        <TextInput
          label={t("field.customer_id")}
          description={t("hint.customer_id")}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={atFields.customer_id}
          maxLength={64}
          autoComplete="off"
        />
      </div>
      <footer className={layout.foot}>
        <Button size="xs" type="submit" loading={busy} disabled={draft.name.trim() === ""}>
          {t("save")}
        </Button>
        <Button size="xs" variant="default" onClick={() => leave("/")}>
          {common("cancel")}
        </Button>
      </footer>
    </form>
  );
}
