import { Button, Menu } from "@mantine/core";
import { ChevronDown, LogIn, LogOut } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { deskNotReady, deskReady, deskSignIn, deskSignOut } from "../api/operations/desk";
import type { DeskState } from "../api/documents";
import { useReasons } from "../api/queries";
import { Clock } from "../design/Clock";
import { StateMark } from "../design/StateMark";
import { stateWord } from "../design/states";
import { useDesk } from "../live/live";
import { sayProblem } from "../shell/notices";
import { useShortcuts } from "../shell/shortcuts";
import classes from "./StateControl.module.css";

type Change = (asked: () => Promise<unknown>) => void;

const signIn = () => deskSignIn(null);

/** The agent's own state with its clock, what it will be after the present contact, and how to change it. */
export default function StateControl() {
  const desk = useDesk();
  if (!desk) return <div className={classes.place} aria-hidden="true" />;
  return <Present state={desk.state} />;
}

function Present({ state }: { state: DeskState }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const change = useCallback<Change>(
    (asked) => {
      setBusy(true);
      asked()
        .catch((error: unknown) => sayProblem(t, error))
        .finally(() => setBusy(false));
    },
    [t],
  );
  const out = state.declared === "LOGGED_OUT";
  useShortcuts(
    t("state.mine"),
    useMemo(
      () => [
        { code: "KeyR", label: t("state.becomeReady"), run: () => change(out ? signIn : deskReady) },
        { code: "KeyS", label: t("state.choose"), run: () => setOpened(true), disabled: out },
      ],
      [t, change, out],
    ),
  );

  if (out) {
    return (
      <div className={classes.place}>
        <Button loading={busy} leftSection={<LogIn size={16} aria-hidden />} onClick={() => change(signIn)}>
          {t("state.signIn")}
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.place}>
      <Menu opened={opened} onChange={setOpened} position="bottom-start" width={260} trapFocus>
        <Menu.Target>
          <Button
            variant="default"
            className={classes.button}
            classNames={{ label: classes.label ?? "" }}
            data-state={stateWord(state)}
            loading={busy}
            rightSection={<ChevronDown size={14} aria-hidden />}
          >
            <StateMark state={stateWord(state)} size={14} />
            <StateWords state={state} />
            <Clock since={state.since} className={classes.clock} label={t("state.since")} />
          </Button>
        </Menu.Target>
        <Choices change={change} />
      </Menu>
      {state.pending !== null && <Pending state={state} />}
    </div>
  );
}

function StateWords({ state }: { state: DeskState }) {
  const { t } = useTranslation();
  const word = stateWord(state);
  const reason = word === "not_ready" ? <ReasonWords reason={state.reason} title={state.reason_title} /> : null;
  return (
    <span className={classes.word}>
      {t(`state.${word}`)}
      {reason && <span className={classes.reason}> · {reason}</span>}
    </span>
  );
}

function ReasonWords({ reason, title }: { reason: string | null; title: string | null }) {
  const { t } = useTranslation();
  if (reason === null) return null;
  return <>{t(`reason.${reason}` as "reason.login", { defaultValue: title ?? reason })}</>;
}

function Pending({ state }: { state: DeskState }) {
  const { t } = useTranslation();
  const reasons = useReasons();
  const plain = reasons.data?.find((one) => one.reason === state.pending_reason)?.title ?? state.pending_reason;
  const title =
    plain === null ? null : t(`reason.${state.pending_reason ?? ""}` as "reason.login", { defaultValue: plain });
  const word =
    state.pending === "NOT_READY" && title !== null
      ? title
      : t(state.pending === "READY" ? "state.ready" : state.pending === "NOT_READY" ? "state.not_ready" : "signOut");
  return <span className={classes.pending}>{t("state.pending", { state: word })}</span>;
}

function Choices({ change }: { change: Change }) {
  const { t } = useTranslation();
  const reasons = useReasons();
  const choosable = reasons.data?.filter((one) => !one.system) ?? [];
  return (
    <Menu.Dropdown>
      <Menu.Item leftSection={<StateMark state="ready" />} onClick={() => change(deskReady)}>
        {t("state.ready")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>{t("state.not_ready")}</Menu.Label>
      {choosable.map((one) => (
        <Menu.Item
          key={one.reason}
          leftSection={<StateMark state="not_ready" />}
          onClick={() => change(() => deskNotReady({ reason: one.reason }))}
        >
          {one.title}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => change(deskSignOut)}>
        {t("state.signOut")}
      </Menu.Item>
    </Menu.Dropdown>
  );
}
