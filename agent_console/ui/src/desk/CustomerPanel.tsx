import { useQuery } from "@tanstack/react-query";
import { UserRound, UserRoundSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import { listContacts } from "../api/operations/contacts";
import { getCustomer, listCustomerContacts, listCustomers } from "../api/operations/customers";
import type { ContactLine, CustomerDoc, DeskContact } from "../api/documents";
import type { Page } from "../api/pages";
import { Panel } from "../design/Panel";
import record from "../design/Record.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useFreshQueries } from "../live/fresh";
import classes from "./CustomerPanel.module.css";
import { NewCustomer } from "./NewCustomer";
import { Tier } from "./Tier";

const LAST = 20;

/** Who the customer is, what is known of them, and what was before: without being asked for. */
export function CustomerPanel({ contact }: { contact: DeskContact | null }) {
  const { t } = useTranslation("desk");
  useFreshQueries("customers", ["customers"]);
  if (!contact) {
    return (
      <aside className={classes.column} aria-label={t("customer.title")}>
        <Empty icon={UserRound} title={t("customer.nobody")} hint={t("customer.nobodyHint")} />
      </aside>
    );
  }
  return (
    <aside className={classes.column} aria-label={t("customer.title")}>
      {contact.customer ? (
        <Known key={contact.customer.customer_id} id={contact.customer.customer_id} contact={contact} />
      ) : (
        <ByNumber contact={contact} />
      )}
    </aside>
  );
}

function Known({ id, contact }: { id: string; contact: DeskContact }) {
  const { t } = useTranslation("desk");
  const customer = useQuery({
    queryKey: ["customers", id],
    queryFn: () => getCustomer(id),
  });
  if (customer.isPending) return <Loading />;
  // removed since, or erased
  if (customer.error instanceof Problem && customer.error.status === 404) return <ByNumber contact={contact} />;
  if (customer.isError) return <Trouble error={customer.error} retry={() => void customer.refetch()} />;
  return (
    <>
      <Panel title={t("customer.title")}>
        <Record customer={customer.data} />
      </Panel>
      {customer.data.open_matters.length > 0 && (
        <Panel title={t("customer.matters")}>
          <ul className={classes.matters}>
            {customer.data.open_matters.map((matter) => (
              <li key={matter}>{matter}</li>
            ))}
          </ul>
        </Panel>
      )}
      <Before
        of={id}
        read={() => listCustomerContacts(id, { limit: LAST })}
        none={t("customer.first")}
        present={contact.contact_id}
      />
    </>
  );
}

function Record({ customer }: { customer: CustomerDoc }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  return (
    <div className={classes.record}>
      <p className={record.name}>
        {customer.name} {customer.tier && <Tier tier={customer.tier} />}
      </p>
      <dl className={classes.facts}>
        {customer.accounts.length > 0 && (
          <>
            <dt>{t("customer.account")}</dt>
            <dd>{customer.accounts.join(", ")}</dd>
          </>
        )}
        {customer.numbers.length > 0 && (
          <>
            <dt>{t("customer.numbers")}</dt>
            <dd>{customer.numbers.join(", ")}</dd>
          </>
        )}
        {customer.language && (
          <>
            <dt>{t("customer.language")}</dt>
            <dd>{formats.language(customer.language)}</dd>
          </>
        )}
      </dl>
      {customer.notes && <p className={record.notes}>{customer.notes}</p>}
    </div>
  );
}

/** Nobody was recognised: records with this number, the calls from it, and a new record. */
function ByNumber({ contact }: { contact: DeskContact }) {
  const { t } = useTranslation("desk");
  const { caller_number: number, caller_name: name, contact_id: present } = contact;
  const found = useQuery({
    queryKey: ["customers", "number", number],
    queryFn: () => listCustomers({ number }),
    enabled: number !== "",
  });
  const records = found.data?.items ?? [];
  const about = number ? "unknown" : contact.erased_at ? "erased" : "hidden";
  return (
    <>
      <Panel title={t("customer.title")}>
        {records.length === 0 ? (
          <Empty compact icon={UserRoundSearch} title={t(`customer.${about}`)} hint={t(`customer.${about}Hint`)}>
            {number && <NewCustomer number={number} name={name} />}
          </Empty>
        ) : (
          records.map((one) => <Record key={one.customer_id} customer={one} />)
        )}
      </Panel>
      {number && (
        <Before
          of={number}
          read={() => listContacts({ number, limit: LAST })}
          none={t("customer.noneOfYours")}
          present={present}
        />
      )}
    </>
  );
}

interface BeforeProps {
  of: string;
  read: () => Promise<Page<ContactLine>>;
  /** What is said where there are none: of a number one sees one's own contacts only. */
  none: string;
  present: string;
}

/** The contacts so far, the latest first, with what came of them; what is still open first of all. */
function Before({ of, read, none, present }: BeforeProps) {
  const { t } = useTranslation("desk");
  const contacts = useQuery({
    // asked again for each contact: the last one may have been a minute ago
    queryKey: ["contacts", "before", of, present],
    queryFn: read,
  });
  if (contacts.isPending) return <Loading />;
  if (contacts.isError) return <Trouble compact error={contacts.error} retry={() => void contacts.refetch()} />;
  const before = contacts.data.items.filter((line) => line.contact_id !== present);
  const open = before.filter((line) => line.outcome.resolved === false);
  return (
    <>
      {open.length > 0 && (
        <Panel title={t("customer.open")}>
          <ContactList lines={open} />
        </Panel>
      )}
      <Panel title={t("customer.before")}>
        {before.length === 0 ? <Empty compact title={none} /> : <ContactList lines={before} />}
      </Panel>
    </>
  );
}

function ContactList({ lines }: { lines: readonly ContactLine[] }) {
  const { t } = useTranslation("desk");
  const formats = useFormats();
  return (
    <ol className={classes.lines}>
      {lines.map((line) => (
        <li key={line.contact_id} className={record.contact} data-open={line.outcome.resolved === false}>
          <span className={classes.when}>{formats.dateTime(line.began_at)}</span>
          <span className={classes.what}>
            {t(`result.${line.result}` as "result.answered", { defaultValue: line.result })}
            {line.queue !== null && ` · ${line.queue_titles.at(-1) ?? line.queue}`}
            {line.agents.length > 0 && ` · ${line.agent_names.join(", ")}`}
            {line.talk_s !== null && ` · ${formats.duration(line.talk_s)}`}
          </span>
          {line.outcome.notes && <span className={record.sub}>{line.outcome.notes}</span>}
        </li>
      ))}
    </ol>
  );
}
