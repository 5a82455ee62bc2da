import { Button, Checkbox, FileButton, Select } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { CustomersImported } from "../api/documents";
import { importCustomers } from "../api/operations/customers";
import { fieldName, problemWords, refusedWords } from "../api/problem_words";
import { Clock } from "../design/Clock";
import layout from "../design/Form.module.css";
import { learnRefusals } from "../language/refusals";
import { useFormats } from "../language/formats";
import { centreClock } from "../live/live";
import classes from "./ImportPane.module.css";
import {
  type Column,
  COLUMN_FIELDS,
  type ColumnField,
  columnsOf,
  decoded,
  type Encoding,
  ENCODINGS,
  encodingOf,
  fieldOf,
  missingOf,
  rowsOf,
  saidOf,
} from "./table";

const MOST_MIB = 64;

/** A file that was chosen. */
interface Chosen {
  name: string;
  bytes: ArrayBuffer;
}

type Said = Readonly<Record<string, ColumnField>>;

/** Customers from a table: looked at before it is sent, then told what became of each row. */
export default function ImportPane() {
  const { t, i18n } = useTranslation("customers");
  const reset = useRef<() => void>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [encoding, setEncoding] = useState<Encoding>("utf-8");
  const [refused, refuse] = useState<string | null>(null);
  const choose = async (file: File | null) => {
    reset.current?.(); // the same file, mended, can be chosen again
    if (file === null) return;
    setChosen(null);
    if (file.size > MOST_MIB * 1024 * 1024) {
      refuse(t("table.tooLarge", { name: file.name, most: MOST_MIB }));
      return;
    }
    const bytes = await file.arrayBuffer();
    refuse(bytes.byteLength === 0 ? t("table.empty", { name: file.name }) : null);
    if (bytes.byteLength === 0) return;
    setEncoding(encodingOf(bytes, i18n.language));
    setChosen({ name: file.name, bytes });
  };
  return (
    <section className={classes.pane} aria-label={t("table.title")}>
      <h2 className={layout.title}>{t("table.title")}</h2>
      <p className={classes.hint}>{t("table.hint")}</p>
      <div className={classes.row}>
        <FileButton onChange={(file) => void choose(file)} accept=".csv,.txt,.tsv,text/csv" resetRef={reset}>
          {(props) => (
            <Button
              {...props}
              size="xs"
              variant={chosen === null ? "filled" : "default"}
              leftSection={<Upload size={14} aria-hidden />}
            >
              {t(chosen === null ? "table.choose" : "table.another")}
            </Button>
          )}
        </FileButton>
        {chosen !== null && <span className={classes.file}>{chosen.name}</span>}
      </div>
      {refused !== null && (
        <p className={layout.refused} role="alert">
          {refused}
        </p>
      )}
      {chosen !== null && (
        <Table key={`${chosen.name} ${encoding}`} chosen={chosen} encoding={encoding} write={setEncoding} />
      )}
    </section>
  );
}

interface TableProps {
  chosen: Chosen;
  encoding: Encoding;
  write: (encoding: Encoding) => void;
}

function Table({ chosen, encoding, write }: TableProps) {
  const { t } = useTranslation("customers");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const [said, say] = useState<Said>({});
  const [clear, setClear] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState<unknown>(null);
  const [result, setResult] = useState<CustomersImported | null>(null);
  const [text] = useState(() => decoded(chosen.bytes, encoding));
  const [columns] = useState(() => (text === null ? [] : columnsOf(text)));
  const missing = missingOf(columns, said);
  const take = async () => {
    setBusy(true);
    refuse(null);
    setResult(null);
    try {
      const done = await importCustomers(text ?? "", { column: saidOf(said), clear });
      // what is wrong with rows is told in the reader's language, like a refusal
      if (done.problems.length > 0) await learnRefusals();
      setResult(done);
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: ["customers"] });
    }
  };
  return (
    <>
      {(encoding !== "utf-8" || text === null) && (
        <EncodingChoice encoding={encoding} write={write} wrong={text === null} />
      )}
      {text !== null && (
        <>
          <Columns columns={columns} said={said} say={say} />
          {missing !== null && (
            <p className={classes.hint} role="status">
              {missing === "telling" ? t("table.telling") : t("table.twice", { field: t(`field.${missing}`) })}
            </p>
          )}
          <Checkbox
            size="xs"
            label={t("table.clear")}
            description={t("table.clearHint")}
            checked={clear}
            onChange={(event) => setClear(event.currentTarget.checked)}
          />
          <div>
            <Button size="xs" loading={busy} disabled={missing !== null} onClick={() => void take()}>
              {t("table.take")}
            </Button>
          </div>
          {busy && <Taking rows={rowsOf(text)} />}
        </>
      )}
      {refused !== null && (
        <p className={layout.refused} role="alert">
          {problemWords(common, refused)}
        </p>
      )}
      {result !== null && <Result result={result} />}
    </>
  );
}

/** What is going on while the table is taken in, and for how long already. */
function Taking({ rows }: { rows: number }) {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  const [since] = useState(() => new Date(centreClock.now()).toISOString());
  return (
    <p className={classes.hint} role="status">
      <Clock since={since} /> {t("table.taking", { rows: formats.number(rows) })}
    </p>
  );
}

const WRITTEN: Record<Encoding, string> = {
  "utf-8": "UTF-8",
  gb18030: "GB18030",
  big5: "Big5",
  "windows-1252": "Windows-1252",
  "utf-16le": "UTF-16",
};

interface EncodingProps {
  encoding: Encoding;
  write: (encoding: Encoding) => void;
  wrong: boolean;
}

function EncodingChoice({ encoding, write, wrong }: EncodingProps) {
  const { t } = useTranslation("customers");
  return (
    <Select
      size="xs"
      w={200}
      label={t("table.encoding")}
      data={ENCODINGS.map((one) => ({ value: one, label: WRITTEN[one] }))}
      value={encoding}
      onChange={(chosen) => chosen !== null && write(chosen)}
      allowDeselect={false}
      error={wrong ? t("table.unreadable") : undefined}
    />
  );
}

interface ColumnsProps {
  columns: readonly Column[];
  said: Said;
  say: (said: Said) => void;
}

function Columns({ columns, said, say }: ColumnsProps) {
  const { t } = useTranslation("customers");
  const fields = COLUMN_FIELDS.map((field) => ({ value: field, label: t(`field.${field}`) }));
  return (
    <table className={classes.columns} aria-label={t("table.columns")}>
      <thead>
        <tr>
          <th scope="col">{t("table.column")}</th>
          <th scope="col">{t("table.example")}</th>
          <th scope="col">{t("table.is")}</th>
        </tr>
      </thead>
      <tbody>
        {columns.map(({ title, example }, place) => (
          <tr key={`${place} ${title}`}>
            <th scope="row">{title}</th>
            <td>{example}</td>
            <td>
              <Select
                size="xs"
                aria-label={t("table.isOf", { title })}
                placeholder={t("table.left")}
                data={fields}
                value={said[title] ?? fieldOf(title)}
                onChange={(field) => field !== null && say({ ...said, [title]: field })}
                allowDeselect={false}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SHOWN = 300;

/** A row that was not taken in (`line 4`), or what was left out of one that was (`line 4.numbers`). */
function placeOf(t: TFunction<"customers">, field: string): string {
  const [, line, name] = /^line (\d+)(?:\.(\w+))?$/.exec(field) ?? [];
  if (line === undefined) return fieldName(field);
  if (name === undefined) return t("table.line", { line });
  return t("table.leftOut", { line, field: t(`field.${name as ColumnField}`, { defaultValue: name }) });
}

function Result({ result }: { result: CustomersImported }) {
  const { t } = useTranslation("customers");
  const common = useTranslation().t;
  const formats = useFormats();
  const { problems } = result;
  const counts: [string, number][] = [
    [t("table.made"), result.made],
    [t("table.changed"), result.changed],
    [t("table.unchanged"), result.unchanged],
    [t("table.rejected"), result.rejected],
  ];
  return (
    <section aria-label={t("table.result")}>
      <dl className={classes.counts} role="status">
        {counts.map(([label, count]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{formats.number(count)}</dd>
          </div>
        ))}
      </dl>
      {problems.length === 0 ? (
        <p className={classes.hint}>{t("table.all")}</p>
      ) : (
        <>
          <h3 className={classes.part}>{t("table.problems")}</h3>
          <p className={classes.hint}>{t("table.problemsHint")}</p>
          <ul className={classes.problems}>
            {problems.slice(0, SHOWN).map((one) => (
              <li key={`${one.field} ${one.rule}`}>
                <strong>{placeOf(t, one.field)}</strong> {refusedWords(common, one)}
              </li>
            ))}
          </ul>
          {problems.length + result.untold > SHOWN && (
            <p className={classes.hint}>{t("table.notAll", { count: Math.min(SHOWN, problems.length) })}</p>
          )}
        </>
      )}
    </section>
  );
}
