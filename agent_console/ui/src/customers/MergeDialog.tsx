import { Button, Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, Merge, Search, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { CustomerDoc } from "../api/documents";
import { listCustomerContacts, listCustomers, mergeCustomers } from "../api/operations/customers";
import record from "../design/Record.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { sayDone } from "../shell/notices";
import { useCustomerAct } from "./customer_acts";
import type { Field } from "./drafts";
import classes from "./MergeDialog.module.css";
import { previewOf } from "./merging";
import { onceEach, useCustomerSearch } from "./search";

/** Another record of the same person is searched, and looked at beside this one, before one stands for both. */
export default function MergeDialog({ customer, close }: { customer: CustomerDoc; close: () => void }) {
  const { t } = useTranslation("customers");
  const common = useTranslation().t;
  const [other, choose] = useState<CustomerDoc | null>(null);
  return (
    <Modal
      opened
      onClose={close}
      title={t("merge.title")}
      size="46rem"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      {other === null ? (
        <Choice customer={customer} choose={choose} />
      ) : (
        <Preview customer={customer} other={other} another={() => choose(null)} close={close} />
      )}
    </Modal>
  );
}

interface ChoiceProps {
  customer: CustomerDoc;
  choose: (other: CustomerDoc) => void;
}

function Choice({ customer, choose }: ChoiceProps) {
  const { t } = useTranslation("customers");
  const [words, setWords] = useState("");
  const [settled] = useDebouncedValue(words, 250);
  return (
    <>
      <TextInput
        data-autofocus
        leftSection={<Search size={15} aria-hidden />}
        aria-label={t("merge.search")}
        placeholder={t("merge.search")}
        value={words}
        maxLength={200}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {settled.trim() === "" ? (
        <Alike customer={customer} choose={choose} />
      ) : (
        <Searched words={settled} customer={customer} choose={choose} />
      )}
    </>
  );
}

/** Records that have the same number or name: likely the same person. */
function Alike({ customer, choose }: ChoiceProps) {
  const { t } = useTranslation("customers");
  const found = useQuery({
    queryKey: ["customers", "alike", customer.customer_id, customer.etag],
    queryFn: async () => {
      const asked = [...customer.numbers.slice(0, 3).map((number) => ({ number })), { q: customer.name }];
      const pages = await Promise.all(asked.map((query) => listCustomers({ ...query, limit: 10 })));
      return onceEach(pages.flatMap((page) => page.items));
    },
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble compact error={found.error} retry={() => void found.refetch()} />;
  const alike = found.data.filter((one) => one.customer_id !== customer.customer_id);
  if (alike.length === 0) {
    return <Empty compact icon={UsersRound} title={t("merge.noneAlike")} hint={t("merge.noneAlikeHint")} />;
  }
  return <Records label={t("merge.same")} records={alike} choose={choose} />;
}

function Searched({ words, customer, choose }: ChoiceProps & { words: string }) {
  const { t } = useTranslation("customers");
  const { listed, rows } = useCustomerSearch(words);
  if (listed.isPending) return <Loading />;
  if (listed.isError) return <Trouble compact error={listed.error} retry={() => void listed.refetch()} />;
  const others = rows.filter((one) => one.customer_id !== customer.customer_id && one.merged_into === null);
  if (others.length === 0) return <Empty compact title={t("none")} hint={t("noneHint")} />;
  return <Records label={t("merge.found")} records={others} choose={choose} />;
}

interface RecordsProps {
  label: string;
  records: readonly CustomerDoc[];
  choose: (one: CustomerDoc) => void;
}

function Records({ label, records, choose }: RecordsProps) {
  return (
    <section aria-label={label}>
      <h3 className={`${record.part ?? ""} ${classes.label ?? ""}`}>{label}</h3>
      <ul className={`${record.lines ?? ""} ${classes.records ?? ""}`}>
        {records.map((one) => (
          <li key={one.customer_id}>
            <button type="button" onClick={() => choose(one)}>
              <span className={classes.name}>{one.name}</span>
              <span className={record.sub}>{[...one.numbers, ...one.accounts].join(", ")}</span>
              <span className={`${record.sub ?? ""} ${classes.key ?? ""}`}>{one.customer_id}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PreviewProps {
  customer: CustomerDoc;
  other: CustomerDoc;
  another: () => void;
  close: () => void;
}

function Preview({ customer, other, another, close }: PreviewProps) {
  const { t } = useTranslation("customers");
  const [, go] = useLocation();
  const act = useCustomerAct();
  const [swapped, swap] = useState(false);
  const [busy, setBusy] = useState(false);
  const [kept, merged] = swapped ? [other, customer] : [customer, other];
  const send = async () => {
    setBusy(true);
    const done = await act(() => mergeCustomers(kept.customer_id, { other: merged.customer_id }));
    setBusy(false);
    if (done === null) return;
    sayDone(t("merge.done", { kept: kept.name, merged: merged.name }));
    close();
    go(`/key/${encodeURIComponent(kept.customer_id)}`);
  };
  return (
    <>
      <p className={classes.what}>{t("merge.what", { kept: kept.name })}</p>
      <Sides kept={kept} merged={merged} />
      <div className={`${record.acts ?? ""} ${classes.acts ?? ""}`}>
        <Button
          size="xs"
          variant="default"
          leftSection={<ArrowLeftRight size={14} aria-hidden />}
          onClick={() => swap(!swapped)}
        >
          {t("merge.swap")}
        </Button>
        <Button size="xs" variant="default" onClick={another}>
          {t("merge.another")}
        </Button>
        <span className={record.gap} />
        <Button
          size="xs"
          leftSection={<Merge size={14} aria-hidden />}
          loading={busy}
          onClick={() => void send()}
          data-autofocus
          autoFocus
        >
          {t("merge.now")}
        </Button>
      </div>
    </>
  );
}

function Sides({ kept, merged }: { kept: CustomerDoc; merged: CustomerDoc }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const said = (field: Field, values: readonly string[]) =>
    (field === "language" ? values.map(formats.language) : values).join("\n");
  return (
    <table className={classes.sides}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t("merge.stays")}</th>
          <th scope="col">{t("merge.joins")}</th>
          <th scope="col" className={classes.after}>
            {t("merge.after")}
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t("field.customer_id")}</th>
          <td>{kept.customer_id}</td>
          <td>{merged.customer_id}</td>
          <td className={classes.after}>{kept.customer_id}</td>
        </tr>
        {previewOf(kept, merged).map((row) => (
          <tr key={row.field}>
            <th scope="row">{t(`field.${row.field}`)}</th>
            <td>{said(row.field, row.kept)}</td>
            <td>{said(row.field, row.merged)}</td>
            <td className={classes.after}>
              {said(row.field, row.after)}
              {row.aside && <em>{t("merge.aside")}</em>}
            </td>
          </tr>
        ))}
        <ContactCounts kept={kept} merged={merged} />
      </tbody>
    </table>
  );
}

const COUNTED = 200;

function ContactCounts({ kept, merged }: { kept: CustomerDoc; merged: CustomerDoc }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const [one, other] = [useContactCount(kept.customer_id), useContactCount(merged.customer_id)];
  const said = (count: Count | undefined) =>
    count === undefined ? "…" : `${formats.number(count.number)}${count.more ? "+" : ""}`;
  const both = one && other && { number: one.number + other.number, more: one.more || other.more };
  return (
    <tr>
      <th scope="row">{t("merge.contacts")}</th>
      <td>{said(one)}</td>
      <td>{said(other)}</td>
      <td className={classes.after}>{said(both)}</td>
    </tr>
  );
}

interface Count {
  number: number;
  more: boolean;
}

function useContactCount(id: string): Count | undefined {
  return useQuery({
    queryKey: ["customers", "contact count", id],
    queryFn: async (): Promise<Count> => {
      const page = await listCustomerContacts(id, { limit: COUNTED });
      return { number: page.items.length, more: page.next_cursor !== null };
    },
    staleTime: 0,
  }).data;
}
