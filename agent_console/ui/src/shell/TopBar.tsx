import { ActionIcon, Button, Menu, Modal, Tooltip, useMantineColorScheme, useComputedColorScheme } from "@mantine/core";
import { ChevronDown, Keyboard, LockKeyhole, LogOut, Moon, Sun } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useRoute } from "wouter";
import type { Me } from "../api/documents";
import { session } from "../api/session";
import { AlarmBell } from "./AlarmBell";
import { Brand } from "./Brand";
import { ChangePassword } from "./ChangePassword";
import { LanguageSwitch } from "./LanguageSwitch";
import { sayProblem } from "./notices";
import type { View } from "./Shell";
import classes from "./TopBar.module.css";

/** Fetched only by agents: supervisors at the floor have no state of their own. */
const StateControl = lazy(() => import("../desk/StateControl"));
/** Fetched only by agents whose phone is the browser. */
const PhoneControl = lazy(() => import("../phone/PhoneControl"));

interface Props {
  me: Me;
  views: readonly View[];
  showKeys: () => void;
}

export function TopBar({ me, views, showKeys }: Props) {
  const { t } = useTranslation();
  return (
    <header className={classes.bar}>
      <Link href="/" className={classes.home} aria-label="Cordboard">
        <Brand />
      </Link>
      <nav className={classes.nav} aria-label={t("nav.label")}>
        {views.length > 1 && views.map((view) => <ViewLink key={view.path} view={view} />)}
      </nav>
      {me.agent !== null && (
        <Suspense fallback={<div className={classes.state} aria-hidden />}>
          <StateControl />
        </Suspense>
      )}
      <div className={classes.right}>
        {me.web_phone !== null && (
          <Suspense fallback={null}>
            <PhoneControl account={me.web_phone} />
          </Suspense>
        )}
        {me.role !== "agent" && <AlarmBell />}
        <LanguageSwitch />
        <SchemeSwitch />
        <UserMenu me={me} showKeys={showKeys} />
      </div>
    </header>
  );
}

/** A view in the navigation; it is where one is on all its pages. */
function ViewLink({ view }: { view: View }) {
  const { t } = useTranslation();
  const [here] = useRoute(`${view.path}/*?`);
  return (
    <Link
      href={view.path}
      className={`${classes.link ?? ""} ${here ? (classes.here ?? "") : ""}`}
      {...(here ? { "aria-current": "page" as const } : {})}
    >
      {t(view.title)}
    </Link>
  );
}

function SchemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const present = useComputedColorScheme("light");
  const label = t(present === "dark" ? "scheme.light" : "scheme.dark");
  return (
    <Tooltip label={label}>
      <ActionIcon size="lg" aria-label={label} onClick={() => setColorScheme(present === "dark" ? "light" : "dark")}>
        {present === "dark" ? <Sun size={17} /> : <Moon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}

function UserMenu({ me, showKeys }: { me: Me; showKeys: () => void }) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            size="compact-md"
            rightSection={<ChevronDown size={14} aria-hidden />}
            classNames={{ label: classes.user ?? "" }}
          >
            {me.title}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {me.user} · {t(`role.${me.role}`)} · {me.site}
          </Menu.Label>
          <Menu.Item leftSection={<Keyboard size={16} aria-hidden />} onClick={showKeys}>
            {t("keys.title")}
          </Menu.Item>
          <Menu.Item leftSection={<LockKeyhole size={16} aria-hidden />} onClick={() => setChanging(true)}>
            {t("password.change")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<LogOut size={16} aria-hidden />}
            onClick={() => void session.signOut().catch((error: unknown) => sayProblem(t, error))}
          >
            {t("signOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={changing}
        onClose={() => setChanging(false)}
        title={t("password.change")}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <ChangePassword me={me} done={() => setChanging(false)} />
      </Modal>
    </>
  );
}
