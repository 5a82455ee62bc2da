import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { ContactRound, Search, SearchX, Upload, UserRoundPlus } from "lucide-react";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Route, Switch, useLocation, useRoute } from "wouter";
import type { CustomerDoc } from "../api/documents";
import { atLeast, useMe } from "../api/session";
import { type Column, DataGrid } from "../design/DataGrid";
import layout from "../design/ListAndPane.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useWordsOf } from "../language/words";
import { useFreshQueries } from "../live/fresh";
import filters from "../reports/Summary.module.css";
import { useShortcuts } from "../shell/shortcuts";
import { CustomerPane } from "./CustomerPane";
import classes from "./CustomersView.module.css";
import { useCustomerSearch } from "./search";

const NewCustomer = lazy(() => import("./NewCustomer"));
const ImportPane = lazy(() => import("./ImportPane"));

/** Whom the centre knows: found by name, number or key, looked at, changed, made, merged, imported. */
export default function CustomersView() {
  const { t } = useTranslation("customers");
  useWordsOf("desk");
  const me = useMe();
  const [, go] = useLocation();
  const [, params] = useRoute("/key/:customer");
  const opened = params ? decodeURIComponent(params.customer) : null;
  const [words, setWords] = useState("");
  const [settled] = useDebouncedValue(words, 250);
  const box = useRef<HTMLInputElement>(null);
  useFreshQueries("customers", ["customers"]);
  useShortcuts(
    t("title"),
    useMemo(
      () => [
        { code: "KeyF", label: t("keys.search"), run: () => box.current?.focus() },
        { code: "KeyN", label: t("new"), run: () => go("/new") },
      ],
      [t, go],
    ),
  );
  return (
    <div className={`${layout.view ?? ""} ${classes.wide ?? ""}`}>
      <div className={filters.filters}>
        <h1 className={layout.title}>{t("title")}</h1>
        <TextInput
          ref={box}
          size="xs"
          w={280}
          type="search"
          leftSection={<Search size={13} aria-hidden />}
          aria-label={t("search")}
          placeholder={t("search")}
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <span className={classes.gap} />
        <Button size="xs" leftSection={<UserRoundPlus size={14} aria-hidden />} onClick={() => go("/new")}>
          {t("new")}
        </Button>
        {atLeast(me, "administrator") && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Upload size={14} aria-hidden />}
            onClick={() => go("/import")}
          >
            {t("import")}
          </Button>
        )}
      </div>
      <div className={layout.split}>
        <Found words={settled} opened={opened} open={(one) => go(`/key/${encodeURIComponent(one.customer_id)}`)} />
        <div className={layout.pane}>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/key/:customer">{opened !== null && <CustomerPane key={opened} id={opened} />}</Route>
              <Route path="/new">
                <NewCustomer />
              </Route>
              {atLeast(me, "administrator") && (
                <Route path="/import">
                  <ImportPane />
                </Route>
              )}
              <Route>
                <Empty icon={ContactRound} title={t("choose")} hint={t("chooseHint")} />
              </Route>
            </Switch>
          </Suspense>
        </div>
      </div>
    </div>
  );
}

interface FoundProps {
  words: string;
  opened: string | null;
  open: (one: CustomerDoc) => void;
}

function Found({ words, opened, open }: FoundProps) {
  const { t } = useTranslation("customers");
  const columns = useColumns();
  const { listed, rows } = useCustomerSearch(words);
  if (listed.isPending) return <Loading />;
  if (listed.isError) return <Trouble error={listed.error} retry={() => void listed.refetch()} />;
  const nobody = words.trim() === "";
  return (
    <div className={layout.list}>
      <div className={layout.grid}>
        <DataGrid
          label={t("title")}
          rows={rows}
          columns={columns}
          keyOf={(row) => row.customer_id}
          open={open}
          opened={opened}
          rowHeight={38}
          empty={
            <Empty
              icon={nobody ? ContactRound : SearchX}
              title={t(nobody ? "nobody" : "none")}
              hint={t(nobody ? "nobodyHint" : "noneHint")}
            />
          }
        />
      </div>
      {listed.hasNextPage && (
        <Button
          m="xs"
          size="xs"
          variant="default"
          loading={listed.isFetchingNextPage}
          onClick={() => void listed.fetchNextPage()}
        >
          {t("more")}
        </Button>
      )}
    </div>
  );
}

function useColumns(): readonly Column<CustomerDoc>[] {
  const { t } = useTranslation("customers");
  const formats = useFormats();
  return useMemo<readonly Column<CustomerDoc>[]>(
    () => [
      {
        key: "name",
        title: t("field.name"),
        width: "minmax(9rem, 1.5fr)",
        cell: (row) => <span className={classes.name}>{row.name}</span>,
      },
      {
        key: "numbers",
        title: t("field.numbers"),
        width: "minmax(8rem, 1.2fr)",
        cell: (row) => row.numbers.join(", "),
      },
      {
        key: "accounts",
        title: t("field.accounts"),
        width: "minmax(6rem, 1fr)",
        cell: (row) => row.accounts.join(", "),
      },
      { key: "tier", title: t("field.tier"), width: "minmax(4rem, 0.7fr)", cell: (row) => row.tier ?? "" },
      {
        key: "language",
        title: t("field.language"),
        width: "minmax(5rem, 0.7fr)",
        cell: (row) => (row.language === null ? "" : formats.language(row.language)),
      },
    ],
    [t, formats],
  );
}
