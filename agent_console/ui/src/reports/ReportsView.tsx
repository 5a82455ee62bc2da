import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch } from "wouter";
import { Loading } from "../design/Waiting";
import classes from "./ReportsView.module.css";

const Summary = lazy(() => import("./Summary"));
const WhyMissed = lazy(() => import("./WhyMissed"));
const Catalogue = lazy(() => import("./CataloguePage"));

const PAGES = ["figures", "missed", "catalogue"] as const;

/** Figures over any time, why targets were missed, and what each figure means. */
export default function ReportsView() {
  const { t } = useTranslation("reports");
  return (
    <div className={classes.view}>
      <nav className={classes.tabs} aria-label={t("nav")}>
        {PAGES.map((page) => (
          <Link key={page} href={`/${page}`} className={(here) => (here ? (classes.here ?? "") : "")}>
            {t(`page.${page}`)}
          </Link>
        ))}
      </nav>
      <div className={classes.page}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/figures" component={Summary} />
            <Route path="/missed" component={WhyMissed} />
            <Route path="/catalogue" component={Catalogue} />
            <Route>
              <Redirect to="/figures" replace />
            </Route>
          </Switch>
        </Suspense>
      </div>
    </div>
  );
}
