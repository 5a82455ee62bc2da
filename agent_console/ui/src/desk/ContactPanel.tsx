import { Button, Collapse } from "@mantine/core";
import { ChevronDown, ChevronRight, Disc, Ear, Headset, type LucideIcon, X } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Acting, useActing } from "../api/acts";
import type { DeskContact, DeskState, Party } from "../api/documents";
import { Clock } from "../design/Clock";
import { ContactMark } from "../design/ContactMark";
import { StateMark } from "../design/StateMark";
import { Empty } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { callerName } from "./caller";
import classes from "./ContactPanel.module.css";
import { Controls } from "./Controls";
import { refusalOf } from "./controls_of";
import { Learned } from "./Learned";
import { OutcomeForm } from "./OutcomeForm";
import { Tier } from "./Tier";
import { WrapUpBar } from "./WrapUpBar";

/** The contact in the middle: who, how long, what can be done, what is to be said, and what came of it. */
export function ContactPanel({ contact, state }: { contact: DeskContact | null; state: DeskState }) {
  const { t } = useTranslation("desk");
  if (contact) return <Present contact={contact} />;
  return (
    <div className={classes.column}>
      <Empty icon={Headset} title={t(`idle.${state.declared}`)} hint={t(`idleHint.${state.declared}`)} />
    </div>
  );
}

type Dialog = "transfer" | "consult" | "send_digits";

// fetched when there is a contact, before anybody can ask for them
const dialogs = { keypad: () => import("./Keypad"), reach: () => import("./ReachDialog") };
const Keypad = lazy(dialogs.keypad);
const ReachDialog = lazy(dialogs.reach);

function Present({ contact }: { contact: DeskContact }) {
  const { t } = useTranslation("desk");
  const acting = useActing(contact.contact_id);
  const [dialog, ask] = useState<Dialog | null>(null);
  const close = () => ask(null);
  useEffect(() => void Promise.allSettled([dialogs.keypad(), dialogs.reach()]), []);
  // the talk is over: nobody is left to hand over, and the wrap-up wants to be seen
  if (dialog !== null && contact.state === "wrap_up") close();
  return (
    <div className={classes.column}>
      <article className={classes.contact} aria-label={t("contactOf", { name: callerName(contact, t) })}>
        <Head contact={contact} />
        <Learned attributes={contact.attributes} />
        {contact.state !== "wrap_up" && <Controls contact={contact} acting={acting} ask={ask} />}
        {isWrappedUp(contact) && <WrapUpBar contact={contact} acting={acting} />}
        {contact.parties.length > 1 && <Parties contact={contact} acting={acting} />}
        {contact.script && <Script text={contact.script} />}
        <OutcomeForm contact={contact} />
      </article>
      <Suspense>
        {dialog === "send_digits" && <Keypad acting={acting} close={close} />}
        {(dialog === "transfer" || dialog === "consult") && <ReachDialog act={dialog} acting={acting} close={close} />}
      </Suspense>
    </div>
  );
}

/** Wrap-up goes on also while the customer is parked. */
function isWrappedUp(contact: DeskContact): boolean {
  return contact.state === "wrap_up" || refusalOf(contact, "end_wrap_up") === null;
}

function Head({ contact }: { contact: DeskContact }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  const name = callerName(contact, t);
  return (
    <header className={classes.head}>
      <h2 className={classes.who}>
        {name}
        {contact.customer?.tier && <Tier tier={contact.customer.tier} />}
      </h2>
      <div className={classes.state}>
        <ContactMark state={contact.state} size={14} />
        <span>{t(`contact.${contact.state}`)}</span>
        <Clock since={contact.since} className={classes.clock} label={t("inState")} />
      </div>
      <p className={classes.facts}>
        {contact.caller_number && contact.caller_number !== name && <span>{contact.caller_number}</span>}
        {contact.queue_title && <Cut words={contact.queue_title} />}
        {contact.entry_point_title && <Cut words={t("via", { entry: contact.entry_point_title })} />}
        {contact.waited_s !== null && <span>{t("waited", { time: formats.duration(contact.waited_s) })}</span>}
        {contact.answered_at && (
          <span>
            {t("talk")} <TalkTime contact={contact} answered={contact.answered_at} />
          </span>
        )}
        {contact.recording !== "off" && (
          <span className={classes.recording} data-on={contact.recording === "on"}>
            <Disc size={14} aria-hidden /> {t(`recording.${contact.recording}`)}
          </span>
        )}
        {contact.monitored_by.length > 0 && (
          <Cut words={t("monitored", { names: contact.monitored_by.join(", ") })} Icon={Ear} />
        )}
      </p>
    </header>
  );
}

/** It gives way where there is no room: the line stays one, and the controls under it where they are. */
function Cut({ words, Icon }: { words: string; Icon?: LucideIcon }) {
  return (
    <span className={classes.cut} title={words}>
      {Icon && <Icon size={14} aria-hidden />} {words}
    </span>
  );
}

/** When no talk goes on any more. */
const AFTER: readonly DeskContact["state"][] = ["parked", "wrap_up", "over"];

/** It runs as long as somebody is there, and stands still from then on. */
function TalkTime({ contact, answered }: { contact: DeskContact; answered: string }) {
  const formats = useFormats();
  if (!AFTER.includes(contact.state)) return <Clock since={answered} />;
  return <time>{formats.duration((Date.parse(contact.since) - Date.parse(answered)) / 1000)}</time>;
}

const PARTY_MARK = { ringing: "reserved", talking: "talking", held: "hold", gone: "logged_out" } as const;

function Parties({ contact, acting }: { contact: DeskContact; acting: Acting }) {
  const { t } = useTranslation("desk");
  const mayDrop = (contact.acts.drop ?? null) === null && "drop" in contact.acts;
  return (
    <ul className={classes.parties} aria-label={t("parties")}>
      {contact.parties.map((party: Party) => (
        <li key={party.party}>
          <StateMark state={PARTY_MARK[party.state]} />
          <span className={classes.party}>
            {party.kind === "customer" ? callerName(contact, t) : party.name || party.number}
          </span>
          <span>{t(`party.${party.state}`)}</span>
          <Clock since={party.since} />
          {mayDrop && party.kind !== "customer" && party.state !== "gone" && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              leftSection={<X size={13} aria-hidden />}
              onClick={() => void acting.run("drop", { party: party.party })}
            >
              {t("act.drop")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Script({ text }: { text: string }) {
  const { t } = useTranslation("desk");
  const [open, setOpen] = useState(true);
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <section className={classes.script}>
      <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Arrow size={15} aria-hidden /> {t("script")}
      </button>
      <Collapse expanded={open} transitionDuration={0}>
        <div className={classes.words}>{text}</div>
      </Collapse>
    </section>
  );
}
