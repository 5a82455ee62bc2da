import { Button, PasswordInput } from "@mantine/core";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../api/documents";
import { changePassword } from "../api/operations/session";
import { problemWords } from "../api/problem_words";
import { session } from "../api/session";
import { Brand } from "./Brand";
import classes from "./SignIn.module.css";

const SHORTEST = 12;

/** A page of its own when a one-time password has to be changed (`forced`), else the content of a dialog. */
export function ChangePassword({ me, forced, done }: { me: Me; forced?: boolean; done?: () => void }) {
  const { t } = useTranslation();
  const [old, setOld] = useState("");
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);
  const short = first.length > 0 && first.length < SHORTEST;
  const unlike = second.length > 0 && second !== first;

  const send = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    changePassword({ old, new: first })
      .then((renewed) => session.renewed(renewed))
      .then(() => done?.())
      .catch((error: unknown) => setRefused(error))
      .finally(() => setBusy(false));
  };

  const form = (
    <form onSubmit={send} className={classes.form}>
      <input type="text" name="username" autoComplete="username" defaultValue={me.user} hidden readOnly />
      <PasswordInput
        label={t(forced ? "password.oneTime" : "password.old")}
        autoComplete="current-password"
        value={old}
        onChange={(event) => setOld(event.currentTarget.value)}
        required
        withAsterisk={false}
        autoFocus
      />
      <PasswordInput
        label={t("password.new")}
        description={t("password.rule", { count: SHORTEST })}
        autoComplete="new-password"
        value={first}
        onChange={(event) => setFirst(event.currentTarget.value)}
        error={short && t("password.rule", { count: SHORTEST })}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label={t("password.repeat")}
        autoComplete="new-password"
        value={second}
        onChange={(event) => setSecond(event.currentTarget.value)}
        error={unlike && t("password.unlike")}
        required
        withAsterisk={false}
      />
      <div className={classes.refused} role="alert">
        {refused !== null && problemWords(t, refused)}
      </div>
      <Button type="submit" loading={busy} disabled={!old || first.length < SHORTEST || second !== first}>
        {t("password.change")}
      </Button>
    </form>
  );
  if (!forced) return form;
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Brand size={36} />
        <h1 className={classes.site}>{t("password.forced")}</h1>
        {form}
      </div>
    </main>
  );
}
