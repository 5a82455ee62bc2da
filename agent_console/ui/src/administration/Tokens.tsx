import { Button, Checkbox, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { type SubmitEvent, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { endToken, listTokens, makeToken } from "../api/operations/users";
import type { MadeToken, Token } from "../api/documents";
import { everything } from "../api/queries";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { AskOnce } from "../floor/AskOnce";
import { useFormats } from "../language/formats";
import { sayDone, sayProblem } from "../shell/notices";
import { Secret } from "./AccountActs";
import { anyOf, errorsOf } from "./field_errors";
import { PageFrame } from "./PageFrame";
import classes from "./Tokens.module.css";

const SCOPES = ["read", "desk", "supervise", "administer", "metrics"] as const;

/** Keys for programs that use the API. */
export default function Tokens() {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const formats = useFormats();
  const cache = useQueryClient();
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => everything(listTokens) });
  const [made, setMade] = useState<MadeToken | null>(null);
  const refresh = useMemo(() => () => cache.invalidateQueries({ queryKey: ["tokens"] }), [cache]);
  const end = async (token: Token) => {
    try {
      await endToken(token.token_id);
      sayDone(t("done"));
      await refresh();
    } catch (error) {
      sayProblem(common, error);
    }
  };
  return (
    <PageFrame title={t("page.tokens")}>
      <NewTokenForm
        made={(token) => {
          setMade(token);
          void refresh();
        }}
      />
      {tokens.isPending && <Loading />}
      {tokens.isError && <Trouble error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <Empty icon={KeyRound} title={t("tokens.none")} hint={t("tokens.noneHint")} />}
      <ul className={classes.list}>
        {tokens.data?.map((token) => (
          <li key={token.token_id}>
            <span className={classes.name}>{token.name}</span>
            <span>{token.user}</span>
            <span>{token.scopes.map((scope) => t(`scope.${scope}`)).join(", ")}</span>
            <span className={classes.dim}>
              {token.last_used_at ? t("tokens.used", { at: formats.dateTime(token.last_used_at) }) : t("tokens.unused")}
            </span>
            <AskOnce
              danger
              label={t("tokens.end")}
              question={t("tokens.endAsk", { name: token.name })}
              act={() => end(token)}
            />
          </li>
        ))}
      </ul>
      <Secret
        title={t("tokens.made")}
        hint={t("tokens.madeHint")}
        secret={made?.secret ?? null}
        close={() => setMade(null)}
      />
    </PageFrame>
  );
}

function NewTokenForm({ made }: { made: (token: MadeToken) => void }) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>(["read"]);
  const [refused, setRefused] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused(null);
    try {
      made(await makeToken({ name, scopes: SCOPES.filter((scope) => scopes.includes(scope)) }));
      setName("");
      first.current?.focus(); // where the window of the secret gives the focus back to
    } catch (error) {
      setRefused(error);
      const fields = errorsOf(common, error, "", "");
      if (Object.keys(fields).length === 0) sayProblem(common, error);
      if (fields.name) first.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const wrong = errorsOf(common, refused, "", "");
  const noScope = anyOf(wrong, "scopes");
  return (
    <form className={classes.form} onSubmit={(event) => void make(event)}>
      <TextInput
        ref={first}
        size="xs"
        label={t("tokens.name")}
        value={name}
        error={wrong.name}
        maxLength={64}
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group size="xs" label={t("tokens.scopes")} value={[...scopes]} onChange={setScopes} error={noScope}>
        <div className={classes.scopes}>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} size="xs" value={scope} label={t(`scope.${scope}`)} />
          ))}
        </div>
      </Checkbox.Group>
      <Button type="submit" size="xs" aria-disabled={busy}>
        {t("tokens.make")}
      </Button>
    </form>
  );
}
