import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { CustomerDoc, MergeDoc } from "../api/documents";
import { getCustomer, undoMerge } from "../api/operations/customers";
import { atLeast, useMe } from "../api/session";
import layout from "../design/Record.module.css";
import { AskOnce } from "../floor/AskOnce";
import { useFormats } from "../language/formats";
import { sayDone } from "../shell/notices";
import classes from "./CustomerPane.module.css";
import { useCustomerAct } from "./customer_acts";

/** The records for which this one stands, each with a way back; and merges that were undone. */
export function MergedRecords({ customer }: { customer: CustomerDoc }) {
  const { t } = useTranslation("customers");
  const undone = customer.merges.filter((one) => one.undone_at !== null && one.kept === customer.customer_id);
  return (
    <>
      {customer.merged.length > 0 && (
        <section aria-label={t("merged.title")}>
          <h3 className={layout.part}>{t("merged.title")}</h3>
          <ul className={`${layout.lines ?? ""} ${classes.records ?? ""}`}>
            {customer.merged.map((record) => (
              <MergedRecord key={record.customer_id} record={record} merge={mergeOf(customer, record)} />
            ))}
          </ul>
        </section>
      )}
      {undone.length > 0 && (
        <section aria-label={t("merged.before")}>
          <h3 className={layout.part}>{t("merged.before")}</h3>
          <ul className={`${layout.lines ?? ""} ${classes.records ?? ""}`}>
            {undone.map((one) => (
              <PartedRecord key={one.number} merge={one} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** A record that was merged into this one, and parted from it again; it may be gone since. */
function PartedRecord({ merge }: { merge: MergeDoc }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const record = useQuery({ queryKey: ["customers", "one", merge.merged], queryFn: () => getCustomer(merge.merged) });
  return (
    <li className={layout.sub}>
      {t("merged.was", {
        customer: record.data?.name ?? merge.merged,
        at: formats.dateTime(merge.undone_at ?? merge.at),
        who: merge.undone_by,
      })}
    </li>
  );
}

/** The merge that is to be undone to part them; undefined: it was merged into a record that was merged in turn. */
function mergeOf(customer: CustomerDoc, record: CustomerDoc): MergeDoc | undefined {
  return customer.merges.find((one) => one.undone_at === null && one.merged === record.customer_id);
}

function MergedRecord({ record, merge }: { record: CustomerDoc; merge: MergeDoc | undefined }) {
  const { t } = useTranslation("customers");
  const me = useMe();
  const formats = useFormats();
  const act = useCustomerAct();
  const undo = async (number: number) => {
    if ((await act(() => undoMerge(number))) !== null) sayDone(t("merged.undone", { name: record.name }));
  };
  const had = [...record.numbers, ...record.accounts].join(", ");
  return (
    <li>
      <div>
        <Link href={`/key/${encodeURIComponent(record.customer_id)}`}>{record.name}</Link>
        {had && <div className={layout.sub}>{had}</div>}
        {merge && <div className={layout.sub}>{t("merged.by", { at: formats.dateTime(merge.at), who: merge.by })}</div>}
      </div>
      {merge && atLeast(me, "supervisor") && (
        <AskOnce
          label={t("merged.undo")}
          icon={<Undo2 size={14} aria-hidden />}
          question={t("merged.undoAsk")}
          act={() => undo(merge.number)}
        />
      )}
    </li>
  );
}
