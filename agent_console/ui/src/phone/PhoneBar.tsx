import { Button } from "@mantine/core";
import { Mic, MicOff, Phone, PhoneIncoming, PhoneOff, RefreshCw, TriangleAlert } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Clock, Countdown } from "../design/Clock";
import { useDesk, useLink } from "../live/live";
import { type Shortcut, useShortcuts } from "../shell/shortcuts";
import { contactOf, useOwnCall } from "./desk_side";
import classes from "./PhoneBar.module.css";
import { usePhone, usePhoneState } from "./present";
import type { SoftPhone } from "./soft_phone";
import { type Call, type PhoneState, type Word, wordOf } from "./states";
import { useSentence } from "./words";

/** What wants somebody: a call that is on no desk, and whatever keeps the phone from working, with a way out. */
export default function PhoneBar() {
  const phone = usePhone();
  const state = usePhoneState(phone);
  const desk = useDesk();
  const contact = contactOf(desk);
  const listens = (desk?.state.listening.length ?? 0) > 0; // which says so itself
  const own = useOwnCall(state.call, contact);
  if (!phone) return null;
  return (
    <div className={classes.place}>
      <div role="status">
        {contact?.phone_back_until && <Awaited until={contact.phone_back_until} rings={contact.state === "ringing"} />}
      </div>
      {own && !listens && state.call && <OwnCall phone={phone} call={state.call} muted={state.muted} />}
      <div role="alert">
        <Trouble phone={phone} state={state} />
      </div>
    </div>
  );
}

/** The phone went away during a talk, or while it rang: what the customer hears, and what will happen. */
function Awaited({ until, rings }: { until: string; rings: boolean }) {
  const { t } = useTranslation("phone");
  return (
    <Line tone="warn" says={t(rings ? "says.offerAwaited" : "says.awaited")}>
      <Countdown until={until} label={t("says.awaitedLeft")} />
    </Line>
  );
}

/** A call that the desk does not know: a colleague's, or one from outside of every queue. */
function OwnCall({ phone, call, muted }: { phone: SoftPhone; call: Call; muted: boolean }) {
  const { t } = useTranslation("phone");
  const rings = call.phase === "ringing";
  useShortcuts(
    t("call.keys"),
    useMemo<Shortcut[]>(
      () =>
        rings
          ? [
              { code: "KeyA", label: t("call.answer"), run: () => void phone.answer() },
              { code: "KeyX", label: t("call.decline"), run: phone.hangUp },
            ]
          : [
              { code: "KeyM", label: t("call.mute"), run: () => phone.mute(!muted) },
              { code: "KeyE", label: t("call.end"), run: phone.hangUp },
            ],
      [t, phone, rings, muted],
    ),
  );
  return (
    <section className={classes.bar} data-tone="call" aria-label={t("call.title", { who: call.who })}>
      <PhoneIncoming size={16} aria-hidden />
      <strong role="status">{t(rings ? "call.rings" : "call.title", { who: call.who })}</strong>
      <Clock since={new Date(call.since).toISOString()} label={t("call.since")} />
      <div className={classes.acts}>
        {rings ? (
          <Button color="teal" leftSection={<Phone size={15} aria-hidden />} onClick={() => void phone.answer()}>
            {t("call.answer")}
          </Button>
        ) : (
          <Button
            variant={muted ? "light" : "default"}
            leftSection={muted ? <MicOff size={15} aria-hidden /> : <Mic size={15} aria-hidden />}
            aria-pressed={muted}
            onClick={() => phone.mute(!muted)}
          >
            {t("call.mute")}
          </Button>
        )}
        <Button variant="default" leftSection={<PhoneOff size={15} aria-hidden />} onClick={phone.hangUp}>
          {t(rings ? "call.decline" : "call.end")}
        </Button>
      </div>
    </section>
  );
}

const TROUBLES: readonly Word[] = [
  "unsupported",
  "elsewhere",
  "noAudio",
  "silentMicrophone",
  "microphone",
  "refused",
  "lost",
];

function Trouble({ phone, state }: { phone: SoftPhone; state: PhoneState }) {
  const { t } = useTranslation("phone");
  const sentence = useSentence(state);
  const daemonIsAway = useLink().since !== null;
  const word = wordOf(state);
  if (!TROUBLES.includes(word)) {
    return state.ringBlocked && word !== "off" ? <Line tone="warn" says={t("says.ringBlocked")} /> : null;
  }
  // then the page says already that the daemon cannot be reached
  if (word === "lost" && daemonIsAway) return null;
  const tone = word === "elsewhere" || word === "lost" ? "warn" : "bad";
  return (
    <Line tone={tone} says={sentence}>
      <WayOut phone={phone} state={state} word={word} />
    </Line>
  );
}

function Line({ tone, says, children }: { tone: "warn" | "bad"; says: string; children?: ReactNode }) {
  return (
    <div className={classes.bar} data-tone={tone}>
      <TriangleAlert size={16} aria-hidden />
      <span>{says}</span>
      <div className={classes.acts}>{children}</div>
    </div>
  );
}

function WayOut({ phone, state, word }: { phone: SoftPhone; state: PhoneState; word: Word }) {
  const { t } = useTranslation("phone");
  const again = <RefreshCw size={15} aria-hidden />;
  switch (word) {
    case "noAudio":
      return (
        <Button variant="default" leftSection={again} onClick={() => phone.repair()}>
          {t("way.repair")}
        </Button>
      );
    case "microphone":
      return (
        <Button
          variant="default"
          leftSection={<Mic size={15} aria-hidden />}
          onClick={() => void phone.askForMicrophone()}
        >
          {t(state.microphone === "ask" ? "way.allow" : "way.lookAgain")}
        </Button>
      );
    case "elsewhere":
      return (
        <Button
          variant="default"
          disabled={state.line.kind === "elsewhere" && state.line.there === "fixed"}
          onClick={() => phone.takeOver()}
        >
          {t("way.useHere")}
        </Button>
      );
    default:
      return null;
  }
}
