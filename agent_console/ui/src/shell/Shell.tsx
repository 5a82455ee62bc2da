import { type ComponentType, lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useRoute } from "wouter";
import type { Me } from "../api/documents";
import { atLeast } from "../api/session";
import { Empty, Loading } from "../design/Waiting";
import { ConnectionBar } from "./ConnectionBar";
import { ViewBoundary } from "./ViewBoundary";
import { useShortcuts } from "./shortcuts";
import classes from "./Shell.module.css";
import { TopBar } from "./TopBar";

const KeyHelp = lazy(() => import("./KeyHelp"));
const ListeningBar = lazy(() => import("../floor/ListeningBar"));
const PhoneBar = lazy(() => import("../phone/PhoneBar"));

export interface View {
  path: string;
  title:
    | "nav.desk"
    | "nav.floor"
    | "nav.contacts"
    | "nav.customers"
    | "nav.voicemails"
    | "nav.reports"
    | "nav.administration";
  for: (me: Me) => boolean;
  component: ComponentType;
}

/** Each is a file of its own that is fetched when it is first opened. */
const VIEWS: readonly View[] = [
  {
    path: "/desk",
    title: "nav.desk",
    for: (me) => me.agent !== null,
    component: lazy(() => import("../desk/DeskView")),
  },
  {
    path: "/floor",
    title: "nav.floor",
    for: (me) => atLeast(me, "supervisor"),
    component: lazy(() => import("../floor/FloorView")),
  },
  {
    path: "/contacts",
    title: "nav.contacts",
    for: (me) => atLeast(me, "supervisor"),
    component: lazy(() => import("../contacts/ContactsView")),
  },
  {
    path: "/customers",
    title: "nav.customers",
    for: (me) => atLeast(me, "supervisor"),
    component: lazy(() => import("../customers/CustomersView")),
  },
  {
    path: "/voicemails",
    title: "nav.voicemails",
    for: (me) => me.agent !== null || atLeast(me, "supervisor"),
    component: lazy(() => import("../voicemails/VoicemailsView")),
  },
  {
    path: "/reports",
    title: "nav.reports",
    for: (me) => atLeast(me, "supervisor"),
    component: lazy(() => import("../reports/ReportsView")),
  },
  {
    path: "/administration",
    title: "nav.administration",
    for: (me) => atLeast(me, "administrator"),
    component: lazy(() => import("../administration/AdministrationView")),
  },
];

export function Shell({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [help, setHelp] = useState(false);
  const views = useMemo(() => VIEWS.filter((view) => view.for(me)), [me]);
  const [onWall] = useRoute("/floor/wall");
  const home = views.find((view) => view.path === (atLeast(me, "supervisor") ? "/floor" : "/desk")) ?? views[0];
  useShortcuts(
    t("keys.everywhere"),
    useMemo(() => [{ code: "Slash", label: t("keys.help"), run: () => setHelp(true) }], [t]),
  );

  return (
    <div className={classes.shell}>
      {!onWall && <TopBar me={me} views={views} showKeys={() => setHelp(true)} />}
      <main className={classes.view}>
        <ViewBoundary>
          <Suspense fallback={<Loading />}>
            <Switch>
              {views.map((view) => (
                <Route key={view.path} path={view.path} nest component={view.component} />
              ))}
              {/* of another role: the person's own may have changed while the page was open */}
              {home &&
                VIEWS.filter((view) => !views.includes(view)).map((view) => (
                  <Route key={view.path} path={`${view.path}/*?`}>
                    <Redirect to={home.path} replace />
                  </Route>
                ))}
              <Route path="/">{home ? <Redirect to={home.path} replace /> : <Nothing />}</Route>
              <Route>
                <Empty title={t("nowhere.title")} hint={t("nowhere.hint")} />
              </Route>
            </Switch>
          </Suspense>
        </ViewBoundary>
      </main>
      {/* under the view: what comes and goes there moves nothing that somebody is about to press */}
      <ConnectionBar />
      {me.web_phone !== null && (
        <Suspense fallback={null}>
          <PhoneBar />
        </Suspense>
      )}
      {me.agent !== null && atLeast(me, "supervisor") && (
        <Suspense fallback={null}>
          <ListeningBar />
        </Suspense>
      )}
      {help && (
        <Suspense fallback={null}>
          <KeyHelp close={() => setHelp(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** A user who is neither an agent nor a supervisor. */
function Nothing() {
  const { t } = useTranslation();
  return <Empty title={t("nothing.title")} hint={t("nothing.hint")} />;
}
