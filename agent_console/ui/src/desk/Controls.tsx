import { Button, Kbd, Tooltip } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ActName, Acting } from "../api/acts";
import type { DeskContact } from "../api/documents";
import { refusalWords } from "../api/problem_words";
import { keyName } from "../shell/shortcuts";
import classes from "./Controls.module.css";
import { type Control, useControls } from "./controls_of";

interface Props {
  contact: DeskContact;
  acting: Acting;
  /** Acts that need to know more open their dialog. */
  ask: (act: "transfer" | "consult" | "send_digits") => void;
}

/** What can be done with the call. Every control keeps its place; what cannot be done says why. */
export function Controls({ contact, acting, ask }: Props) {
  const { t } = useTranslation("desk");
  const controls = useControls(contact, acting, ask);
  return (
    <div className={classes.controls} role="toolbar" aria-label={t("controls")}>
      {controls.map((control) => (
        <ControlButton key={control.id} control={control} busy={acting.busy} />
      ))}
    </div>
  );
}

function ControlButton({ control, busy }: { control: Control; busy: ActName | null }) {
  const common = useTranslation().t;
  const { Icon, label, code, refusal } = control;
  const hint = refusal ? refusalWords(common, refusal) : label;
  return (
    <Tooltip
      events={{ hover: true, focus: true, touch: true }}
      label={
        <>
          {hint} <Kbd size="xs">{keyName(code)}</Kbd>
        </>
      }
    >
      <Button
        variant={control.on ? "light" : "default"}
        {...(control.ends ? { color: "red" } : {})}
        className={classes.control}
        classNames={{ label: classes.label ?? "" }}
        data-ends={control.ends}
        data-disabled={refusal !== null || undefined}
        aria-disabled={refusal !== null}
        aria-pressed={control.on}
        aria-keyshortcuts={keyName(code)}
        loading={busy !== null && busy === control.act}
        onClick={(event) => {
          if (refusal) event.preventDefault();
          else control.run();
        }}
      >
        <Shape Icon={Icon} />
        <span>{label}</span>
      </Button>
    </Tooltip>
  );
}

function Shape({ Icon }: { Icon: LucideIcon }) {
  return <Icon size={18} strokeWidth={1.8} aria-hidden />;
}
