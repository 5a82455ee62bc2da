import { Headphones } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CallbackDoc, DeskContact, MessageDoc } from "../api/documents";
import { useNames } from "../api/names";
import { Clock, Countdown } from "../design/Clock";
import { ContactMark } from "../design/ContactMark";
import { Panel } from "../design/Panel";
import { Empty } from "../design/Waiting";
import { useFormats } from "../language/formats";
import type { DeskLive } from "../live/live";
import { callerName } from "./caller";
import { DialBox } from "./DialBox";
import { ParkedList } from "./ParkedList";
import { RecentContacts } from "./RecentContacts";
import classes from "./WorkPanel.module.css";

interface Props {
  desk: DeskLive;
  contacts: readonly DeskContact[];
  shown: string | null;
  choose: (contactId: string) => void;
}

/** What there is to do: contacts at hand, callbacks, words from supervisors, and what was done before. */
export function WorkPanel({ desk, contacts, shown, choose }: Props) {
  const { t } = useTranslation("desk");
  return (
    <div className={classes.column}>
      <Panel title={t("work.title")}>
        {contacts.length === 0 ? (
          <Empty
            compact
            icon={Headphones}
            title={t(`work.none.${desk.state.declared}`)}
            hint={t(`work.hint.${desk.state.declared}`)}
          />
        ) : (
          <ul className={classes.list}>
            {contacts.map((contact) => (
              <li key={contact.contact_id}>
                <WorkItem
                  contact={contact}
                  chosen={contact.contact_id === shown}
                  choose={() => choose(contact.contact_id)}
                />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <ParkedList state={desk.state} contacts={desk.contacts} />
      {desk.messages.length > 0 && <Messages messages={desk.messages} />}
      {desk.callbacks.length > 0 && <Callbacks callbacks={desk.callbacks} own={desk.state.agent} />}
      <RecentContacts mayDial={desk.state.declared !== "LOGGED_OUT" && contacts.length === 0} />
      <DialBox state={desk.state} />
    </div>
  );
}

function WorkItem({ contact, chosen, choose }: { contact: DeskContact; chosen: boolean; choose: () => void }) {
  const { t } = useTranslation("desk");
  return (
    <button type="button" className={classes.item} aria-pressed={chosen} data-state={contact.state} onClick={choose}>
      <ContactMark state={contact.state} />
      <span className={classes.name}>{callerName(contact, t)}</span>
      {contact.state === "wrap_up" && contact.wrap_up_until ? (
        <Countdown until={contact.wrap_up_until} />
      ) : (
        <Clock since={contact.since} />
      )}
      <span className={classes.detail}>
        {t(`contact.${contact.state}`)}
        {contact.queue_title && ` · ${contact.queue_title}`}
      </span>
    </button>
  );
}

/** Who is to be called back, with the place that they keep: one's own before those of all, the next ones first. */
function Callbacks({ callbacks, own }: { callbacks: readonly CallbackDoc[]; own: string }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  const names = useNames();
  const inOrder = [...callbacks].sort(
    (one, other) =>
      Number(other.agent === own) - Number(one.agent === own) ||
      (one.due ?? one.requested_at).localeCompare(other.due ?? other.requested_at),
  );
  return (
    <Panel title={t("callbacks.title")}>
      <ul className={classes.list}>
        {inOrder.map((callback) => (
          <li key={callback.contact_id} className={classes.line}>
            <span className={classes.name}>{callback.customer?.name ?? callback.number}</span>
            <span>
              {callback.state === "scheduled" && callback.due
                ? t("callbacks.due", { time: formats.when(callback.due) })
                : t(`callbacks.${callback.state}`)}
            </span>
            <span className={classes.detail}>
              {callback.customer && `${callback.number} · `}
              {names.queue(callback.queue)}
              {" · "}
              {t("callbacks.place", { time: formats.when(callback.requested_at) })}
              {callback.agent === own && ` · ${t("callbacks.own")}`}
              {callback.attempt > 0 && ` · ${t("callbacks.tried", { count: callback.attempt })}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Messages({ messages }: { messages: readonly MessageDoc[] }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  return (
    <Panel title={t("messages.title")}>
      <ul className={classes.list} role="log" aria-live="polite">
        {[...messages]
          .sort((one, other) => other.at.localeCompare(one.at))
          .map((message) => (
            <li key={message.message_id} className={classes.message}>
              <p>{message.text}</p>
              <span className={classes.detail}>
                {message.sender} · {formats.when(message.at)}
              </span>
            </li>
          ))}
      </ul>
    </Panel>
  );
}
