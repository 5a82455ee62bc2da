import { Button } from "@mantine/core";
import { Phone, PhoneOff } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useActing } from "../api/acts";
import type { DeskContact } from "../api/documents";
import { refusalWords } from "../api/problem_words";
import { Countdown } from "../design/Clock";
import { useFormats } from "../language/formats";
import { useShortcuts } from "../shell/shortcuts";
import { Learned } from "./Learned";
import { callerName, isCallback } from "./caller";
import classes from "./Offer.module.css";
import { Tier } from "./Tier";

/** A contact that rings here: who, why, how long they waited, how long is left; taken by one key. */
export function Offer({ contact }: { contact: DeskContact }) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const formats = useFormats();
  const { busy, run } = useActing(contact.contact_id);
  const answer = useRef<HTMLButtonElement>(null);
  const cannot = contact.acts.answer ?? null;
  const isBack = isCallback(contact);
  const mayReject = (contact.acts.reject ?? null) === null;

  useEffect(() => {
    // the answer is one Enter away, unless the agent is writing
    if (!document.activeElement || document.activeElement === document.body) answer.current?.focus();
  }, []);
  useTitle(t("offer.title", { name: callerName(contact, t) }));
  useShortcuts(
    t("offer.keys"),
    useMemo(
      () => [
        { code: "KeyA", label: t("act.answer"), run: () => void run("answer"), disabled: cannot !== null },
        { code: "KeyX", label: t("act.reject"), run: () => void run("reject"), disabled: !mayReject },
      ],
      [t, run, cannot, mayReject],
    ),
  );

  return (
    <div className={classes.cover}>
      <section className={classes.offer} role="alertdialog" aria-labelledby="offer-who" aria-describedby="offer-why">
        <header className={classes.head}>
          <span>
            {t(isBack ? "offer.callback" : contact.direction === "inbound" ? "offer.incoming" : "offer.outgoing")}
          </span>
          <span>{contact.queue_title}</span>
        </header>
        <h2 id="offer-who" className={classes.who}>
          {callerName(contact, t)}
          {contact.customer?.tier && <Tier tier={contact.customer.tier} />}
        </h2>
        <p id="offer-why" className={classes.why}>
          {contact.caller_number && contact.caller_number !== callerName(contact, t) && (
            <span>{contact.caller_number}</span>
          )}
          {contact.entry_point_title && <span>{t("via", { entry: contact.entry_point_title })}</span>}
          {contact.waited_s !== null && <span>{t("waited", { time: formats.duration(contact.waited_s) })}</span>}
        </p>
        <Learned attributes={contact.attributes} />
        <div className={classes.acts}>
          <Button
            ref={answer}
            size="lg"
            color="teal"
            className={classes.answer}
            leftSection={<Phone size={20} aria-hidden />}
            loading={busy === "answer"}
            disabled={cannot !== null}
            onClick={() => void run("answer")}
          >
            {t("act.answer")}
          </Button>
          <Button
            size="lg"
            variant="default"
            leftSection={<PhoneOff size={18} aria-hidden />}
            loading={busy === "reject"}
            disabled={!mayReject}
            onClick={() => void run("reject")}
          >
            {t("act.reject")}
          </Button>
          {contact.rings_until && (
            <span className={classes.left}>
              <Countdown until={contact.rings_until} className={classes.count} label={t("offer.left")} />
            </span>
          )}
        </div>
        <p className={classes.hint}>
          {cannot ? refusalWords(common, cannot) : t(isBack ? "offer.callbackHint" : "offer.hint")}
        </p>
      </section>
    </div>
  );
}

/** Tell it in the tab's title too, for who looks elsewhere. */
function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
