import { Button, Popover } from "@mantine/core";
import {
  type LucideIcon,
  MicOff,
  Phone,
  PhoneCall,
  PhoneIncoming,
  PhoneMissed,
  PhoneOff,
  PhoneOutgoing,
  Unplug,
  VolumeX,
} from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WebPhone } from "../api/documents";
import { session } from "../api/session";
import { channel, useDesk } from "../live/live";
import { useShortcuts } from "../shell/shortcuts";
import { contactOf, useDeskKeeps, useDeskMute, useTellTrouble } from "./desk_side";
import classes from "./PhoneControl.module.css";
import { PhonePanel } from "./PhonePanel";
import { presentPhone, usePhone, usePhoneState } from "./present";
import { QualityMark } from "./QualityMark";
import { SoftPhone } from "./soft_phone";
import { toneOf, type Word, wordOf } from "./states";

/** Each state has a shape of its own. */
const SHAPES: Record<Word, LucideIcon> = {
  unsupported: PhoneOff,
  elsewhere: PhoneOutgoing,
  noAudio: VolumeX,
  silentMicrophone: MicOff,
  talking: PhoneCall,
  answering: PhoneIncoming,
  ringing: PhoneIncoming,
  microphone: MicOff,
  refused: PhoneMissed,
  lost: Unplug,
  connecting: Unplug,
  ready: Phone,
  off: PhoneOff,
};

/** The phone of this page: lives as long as this is on the screen. */
export default function PhoneControl({ account }: { account: WebPhone }) {
  useThePhone(account);
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const state = usePhoneState(phone);
  const contact = contactOf(useDesk());
  useDeskMute(phone, state.call, contact);
  useDeskKeeps(phone, contact);
  const [opened, setOpened] = useState(false);
  useShortcuts(
    t("title"),
    useMemo(() => [{ code: "KeyD", label: t("open"), run: () => setOpened((was) => !was) }], [t]),
  );
  const word = wordOf(state);
  useTellTrouble(word, contact);
  const Shape = SHAPES[word];
  const quality = state.call?.verdict.quality ?? null;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          className={classes.button}
          classNames={{ label: classes.label ?? "" }}
          data-phone={word}
          data-tone={toneOf(word)}
          aria-haspopup="dialog"
          aria-expanded={opened}
          aria-label={`${t("title")}: ${t(`short.${word}`)}`}
          onClick={() => setOpened((was) => !was)}
        >
          <Shape size={16} aria-hidden />
          <span className={classes.word}>{t(`short.${word}`)}</span>
          {quality && <QualityMark quality={quality} />}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.panel ?? ""} aria-label={t("title")}>
        {phone && <PhonePanel phone={phone} state={state} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function useThePhone(account: WebPhone): void {
  const { uri, path } = account;
  const stun = account.stun.join(" ");
  useEffect(() => {
    const phone = new SoftPhone({ uri, path, stun: stun ? stun.split(" ") : [] });
    phone.onSignedOut = () => void session.look();
    presentPhone.put(phone);
    phone.start();
    let wasLost = false;
    // what cuts the one channel to the daemon has cut the other, which may not have noticed
    const leave = channel.watch(() => {
      const isLost = channel.state.since !== null;
      if (isLost && !wasLost) phone.suspect();
      wasLost = isLost;
    });
    return () => {
      leave();
      phone.stop();
      presentPhone.put(null);
    };
  }, [uri, path, stun]);
}
