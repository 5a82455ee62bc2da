import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Merge, PencilLine, Trash2, UserRoundX } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { Problem } from "../api/client";
import type { CustomerDoc } from "../api/documents";
import { deleteCustomer, getCustomer } from "../api/operations/customers";
import { atLeast, useMe } from "../api/session";
import record from "../design/Record.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { Tier } from "../desk/Tier";
import { AskOnce } from "../floor/AskOnce";
import { useFormats } from "../language/formats";
import { sayDone } from "../shell/notices";
import { useShortcuts } from "../shell/shortcuts";
import { CustomerContacts } from "./CustomerContacts";
import classes from "./CustomerPane.module.css";
import { useCustomerAct } from "./customer_acts";
import { keptDrafts } from "./drafts";
import { MergedRecords } from "./MergedRecords";

const EditCustomer = lazy(() => import("./EditCustomer"));
const MergeDialog = lazy(() => import("./MergeDialog"));
const EraseDialog = lazy(() => import("./EraseDialog"));

/** One customer: the record, and the contacts so far. It is edited where it stands. */
export function CustomerPane({ id }: { id: string }) {
  const { t } = useTranslation("customers");
  const me = useMe();
  const [editing, edit] = useState(() => keptDrafts.of(me.user, id) !== undefined);
  const [returned, comeBack] = useState(false);
  const found = useQuery({
    queryKey: ["customers", "one", id],
    queryFn: () => getCustomer(id),
    staleTime: 0,
  });
  const gone = found.error instanceof Problem && found.error.status === 404;
  if (found.isPending) return <Loading />;
  if (found.data !== undefined && editing) {
    return (
      <EditCustomer
        customer={found.data}
        gone={gone}
        close={() => {
          edit(false);
          comeBack(true);
        }}
      />
    );
  }
  if (gone) return <Empty icon={UserRoundX} title={t("gone")} hint={t("goneHint")} />;
  if (found.data === undefined) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  return <Whole customer={found.data} edit={() => edit(true)} returned={returned} />;
}

interface WholeProps {
  customer: CustomerDoc;
  edit: () => void;
  /** From the form: the keyboard goes on where it was. */
  returned: boolean;
}

function Whole({ customer, edit, returned }: WholeProps) {
  const { t } = useTranslation("customers");
  const me = useMe();
  const [merging, merge] = useState(false);
  const mayMerge = customer.merged_into === null && atLeast(me, "supervisor");
  useShortcuts(
    t("keys.record"),
    useMemo(
      () => [
        { code: "KeyE", label: t("keys.edit"), run: edit },
        { code: "KeyM", label: t("keys.merge"), run: () => merge(true), disabled: !mayMerge },
      ],
      [t, edit, mayMerge],
    ),
  );
  return (
    <article className={classes.customer} aria-label={customer.name}>
      <h2 className={record.name}>
        {customer.name} {customer.tier && <Tier tier={customer.tier} />}
      </h2>
      {customer.merged_into !== null && <MergedInto into={customer.merged_into} />}
      <div className={record.acts}>
        <Button size="xs" leftSection={<PencilLine size={14} aria-hidden />} onClick={edit} autoFocus={returned}>
          {t("edit")}
        </Button>
        {mayMerge && (
          <Button size="xs" variant="default" leftSection={<Merge size={14} aria-hidden />} onClick={() => merge(true)}>
            {t("merge.do")}
          </Button>
        )}
        <span className={record.gap} />
        {atLeast(me, "supervisor") && <Remove customer={customer} />}
        {atLeast(me, "administrator") && <Erase customer={customer} />}
      </div>
      <Facts customer={customer} />
      <MergedRecords customer={customer} />
      <h3 className={record.part}>{t("contacts.title")}</h3>
      <CustomerContacts id={customer.customer_id} />
      {merging && (
        <Suspense fallback={null}>
          <MergeDialog customer={customer} close={() => merge(false)} />
        </Suspense>
      )}
    </article>
  );
}

function Remove({ customer }: { customer: CustomerDoc }) {
  const { t } = useTranslation("customers");
  const [, go] = useLocation();
  const act = useCustomerAct();
  const remove = async () => {
    const done = await act(() => deleteCustomer(customer.customer_id, customer.etag));
    if (done === null) return;
    sayDone(t("deleted", { name: customer.name }));
    go("/");
  };
  return (
    <AskOnce
      danger
      label={t("delete")}
      icon={<Trash2 size={14} aria-hidden />}
      question={t("deleteAsk", { name: customer.name })}
      act={remove}
    />
  );
}

function Erase({ customer }: { customer: CustomerDoc }) {
  const { t } = useTranslation("customers");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" className={classes.danger} onClick={() => setOpen(true)}>
        {t("erase.do")}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <EraseDialog customer={customer} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Another record stands for this one. */
function MergedInto({ into }: { into: string }) {
  const { t } = useTranslation("customers");
  const other = useQuery({ queryKey: ["customers", "one", into], queryFn: () => getCustomer(into) });
  return (
    <p className={classes.mergedInto}>
      {t("mergedInto")}{" "}
      <Link href={`/key/${encodeURIComponent(into)}`}>
        {t("mergedIntoOpen", { customer: other.data?.name ?? into })}
      </Link>
    </p>
  );
}

function Facts({ customer }: { customer: CustomerDoc }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const facts: [string, string][] = [
    [t("field.customer_id"), customer.customer_id],
    [t("field.numbers"), customer.numbers.join("\n")],
    [t("field.accounts"), customer.accounts.join("\n")],
    [t("field.language"), customer.language === null ? "" : formats.language(customer.language)],
  ];
  return (
    <>
      <dl className={record.facts}>
        {facts.map(
          ([label, value]) =>
            value !== "" && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {customer.notes && <p className={record.notes}>{customer.notes}</p>}
      {customer.open_matters.length > 0 && (
        <>
          <h3 className={record.part}>{t("field.open_matters")}</h3>
          <ul className={classes.matters}>
            {customer.open_matters.map((matter) => (
              <li key={matter}>{matter}</li>
            ))}
          </ul>
        </>
      )}
      <p className={classes.changed}>
        {t("changed", { at: formats.dateTime(customer.changed_at), who: customer.changed_by })}
      </p>
    </>
  );
}
