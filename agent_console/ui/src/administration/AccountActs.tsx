import { Code, CopyButton, Button, Modal } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { endSessions, listUsers, lockUser, resetPassword, unlockUser } from "../api/operations/users";
import type { OneTimePassword } from "../api/documents";
import { everything } from "../api/queries";
import { AskOnce } from "../floor/AskOnce";
import { sayDone, sayProblem } from "../shell/notices";
import classes from "./AccountActs.module.css";

/** What is not a setting of a user: password, lock, sessions. */
export function AccountActs({ user }: { user: string }) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const users = useQuery({ queryKey: ["users"], queryFn: () => everything(listUsers) });
  const [given, setGiven] = useState<OneTimePassword | null>(null);
  const account = users.data?.find((one) => one.name === user);
  const doing = async (act: () => Promise<unknown>) => {
    try {
      await act();
      sayDone(t("done"));
      await cache.invalidateQueries({ queryKey: ["users"] });
    } catch (error) {
      sayProblem(common, error);
    }
  };
  const reset = async () => {
    try {
      setGiven(await resetPassword(user));
    } catch (error) {
      sayProblem(common, error);
    }
  };
  const isLocked = account ? account.locked || account.locked_until !== null : false;
  return (
    <section className={classes.account} aria-label={t("users.account")}>
      <h3>{t("users.account")}</h3>
      <p>
        {account?.has_password ? t("users.hasPassword") : t("users.noPassword")} ·{" "}
        {t("users.sessions", { count: account?.sessions ?? 0 })}
      </p>
      <div className={classes.acts}>
        <AskOnce label={t("users.reset")} question={t("users.resetAsk")} act={reset} />
        {isLocked ? (
          <AskOnce
            label={t("users.unlock")}
            question={t("users.unlockAsk")}
            act={() => doing(() => unlockUser(user))}
          />
        ) : (
          <AskOnce
            danger
            label={t("users.lock")}
            question={t("users.lockAsk")}
            act={() => doing(() => lockUser(user))}
          />
        )}
        <AskOnce label={t("users.end")} question={t("users.endAsk")} act={() => doing(() => endSessions(user))} />
      </div>
      <Secret
        title={t("users.oneTime", { user })}
        hint={t("users.oneTimeHint")}
        secret={given?.password ?? null}
        close={() => setGiven(null)}
      />
    </section>
  );
}

interface SecretProps {
  title: string;
  hint: string;
  secret: string | null;
  close: () => void;
}

/** Something that is shown this once. */
export function Secret({ title, hint, secret, close }: SecretProps) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  return (
    <Modal opened={secret !== null} onClose={close} title={title} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{hint}</p>
      <Code block className={classes.secret}>
        {secret}
      </Code>
      <CopyButton value={secret ?? ""}>
        {({ copied, copy }) => (
          <Button mt="sm" size="xs" onClick={copy} data-autofocus>
            {copied ? t("copied") : t("copy")}
          </Button>
        )}
      </CopyButton>
    </Modal>
  );
}
