import { Button, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { session } from "../api/session";
import { SignInAtProvider, SignInForm } from "./SignIn";
import classes from "./SignIn.module.css";

/** The session has ended while the page was in use: it stays as it is behind a new sign-in, or is left. */
export function SignInAgain({ user }: { user: string }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t("signIn.again")}
      size="sm"
    >
      <p className={classes.again}>{t("signIn.againHint")}</p>
      <SignInForm user={user} />
      <SignInAtProvider />
      <Button variant="subtle" fullWidth mt="xs" onClick={() => session.leave()}>
        {t("signIn.leave")}
      </Button>
    </Modal>
  );
}
