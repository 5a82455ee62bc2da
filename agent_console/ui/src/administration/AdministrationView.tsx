import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import "./mantine";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch } from "wouter";
import { Empty, Loading } from "../design/Waiting";
import classes from "./AdministrationView.module.css";
import { useFollowOthers } from "./follow_others";
import { SECTIONS, type SectionName } from "./settings_schema";

const Audit = lazy(() => import("./Audit"));
const Changes = lazy(() => import("./Changes"));
const Flows = lazy(() => import("./Flows"));
const SectionPage = lazy(() => import("./SectionPage"));
const SkillsMatrix = lazy(() => import("./SkillsMatrix"));
const Tokens = lazy(() => import("./Tokens"));
const Transfer = lazy(() => import("./Transfer"));

const GROUPS: readonly { title: "people" | "calls" | "system"; pages: readonly (SectionName | Page)[] }[] = [
  { title: "people", pages: ["matrix", "agents", "teams", "skills", "users", "tokens"] },
  {
    title: "calls",
    pages: ["queues", "routing", "entry_points", "flows", "opening_hours", "reasons", "dispositions", "phone_book"],
  },
  { title: "system", pages: ["alarms", "changes", "audit", "transfer"] },
];
type Page = "matrix" | "tokens" | "flows" | "changes" | "audit" | "transfer";

/** Settings, accounts, voice menus, and what was changed by whom. */
export default function AdministrationView() {
  const { t } = useTranslation("administration");
  useFollowOthers();
  return (
    <div className={classes.view}>
      <nav className={classes.nav} aria-label={t("nav")}>
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h2>{t(`group.${group.title}`)}</h2>
            {group.pages.map((page) => (
              <Link key={page} href={`/${page}`} className={(here) => (here ? (classes.here ?? "") : "")}>
                {t(`page.${page}`)}
              </Link>
            ))}
          </section>
        ))}
      </nav>
      <div className={classes.page}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/">
              <Redirect to="/matrix" replace />
            </Route>
            <Route path="/matrix" component={SkillsMatrix} />
            <Route path="/tokens" component={Tokens} />
            <Route path="/flows/:name?" component={Flows} />
            <Route path="/changes" component={Changes} />
            <Route path="/audit" component={Audit} />
            <Route path="/transfer" component={Transfer} />
            {SECTIONS.map((section) => (
              <Route key={section} path={`/${section}`}>
                <SectionPage section={section} />
              </Route>
            ))}
            <Route>
              <Empty title={t("nowhere")} />
            </Route>
          </Switch>
        </Suspense>
      </div>
    </div>
  );
}
