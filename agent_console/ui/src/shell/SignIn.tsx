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
  const ways = useWays();
  const [noEntry] = useState(takeNoEntry);
  return (
    <main className={classes.page}>
      <div className={classes.language}>
        <LanguageSwitch />
      </div>
      <div className={classes.card}>
        <Brand size={36} />
        <h1 className={classes.site}>{ways.data?.site ?? " "}</h1>
        {ways.data?.password !== false && <SignInForm />}
        {noEntry !== null && (
          <p className={classes.noEntry} role="alert">
            {t(`signIn.noEntry.${noEntry}`)}
          </p>
        )}
        <SignInAtProvider />
        <p className={classes.hint}>{t("signIn.hint")}</p>
      </div>
    </main>
  );
}

function useWays() {
  return useQuery({ queryKey: ["ways"], queryFn: () => signInWays() });
}

/** To the site's provider, where there is one, and back to this very page. */
export function SignInAtProvider() {
  const { t } = useTranslation();
  const provider = useWays().data?.oidc;
  if (!provider) return null;
  const here = `${location.pathname}${location.search}${location.hash}`;
  return (
    <Button
      component="a"
      href={address("/session/oidc/start", { back: here.length <= LONGEST_BACK ? here : "/" })}
      variant="default"
      fullWidth
      mt="xs"
    >
      {t("signIn.with", { provider })}
    </Button>
  );
}

const LONGEST_BACK = 500;

const NO_ENTRY = ["refused", "stale", "unknown", "locked", "away", "too_many", "no_provider"] as const;

/** Why the provider's sign-in came to nothing, as the daemon put it into the address; there it stays no longer. */
function takeNoEntry(): (typeof NO_ENTRY)[number] | null {
  const told = new URLSearchParams(location.search).get("no_entry");
  if (told === null) return null;
  history.replaceState(history.state, "", location.pathname);
  return NO_ENTRY.find((one) => one === told) ?? "refused";
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
