import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { address } from "../api/client";
import { signInWays } from "../api/operations/session";
import { problemWords } from "../api/problem_words";
import { session } from "../api/session";
import { Brand } from "./Brand";
import { LanguageSwitch } from "./LanguageSwitch";
import classes from "./SignIn.module.css";

/** The page of somebody who is not signed in. */
export function SignIn() {
  const { t } = useTranslation();
  const ways = useQuery({ queryKey: ["ways"], queryFn: () => signInWays() });
  return (
    <main className={classes.page}>
      <div className={classes.language}>
        <LanguageSwitch />
      </div>
      <div className={classes.card}>
        <Brand size={36} />
        <h1 className={classes.site}>{ways.data?.site ?? " "}</h1>
        {ways.data?.password !== false && <SignInForm />}
        {ways.data?.oidc && (
          <Button component="a" href={address("/session/oidc/start")} variant="default" fullWidth mt="xs">
            {t("signIn.with", { provider: ways.data.oidc })}
          </Button>
        )}
        <p className={classes.hint}>{t("signIn.hint")}</p>
      </div>
    </main>
  );
}

/** Name and password. `user`: whose session it was, to be begun again. */
export function SignInForm({ user }: { user?: string }) {
  const { t } = useTranslation();
  const [name, setName] = useState(user ?? "");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);

  const send = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    session
      .signIn(name.trim(), password)
      .catch((error: unknown) => {
        setRefused(error);
        setPassword("");
      })
      .finally(() => setBusy(false));
  };

  return (
    <form onSubmit={send} className={classes.form}>
      <TextInput
        label={t("signIn.name")}
        name="username"
        autoComplete="username"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoFocus={!user}
        required
        withAsterisk={false}
        size="md"
      />
      <PasswordInput
        label={t("signIn.password")}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoFocus={Boolean(user)}
        required
        withAsterisk={false}
        size="md"
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
      />
      <div className={classes.refused} role="alert">
        {refused !== null && problemWords(t, refused)}
      </div>
      <Button type="submit" size="md" fullWidth loading={busy}>
        {t("signIn.do")}
      </Button>
    </form>
  );
}
