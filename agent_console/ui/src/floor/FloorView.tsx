import { lazy, Suspense, useState } from "react";
import { Route, Switch } from "wouter";
import { AgentsPanel } from "./AgentsPanel";
import { Loading } from "../design/Waiting";
import { useWordsOf } from "../language/words";
import { DayStrip } from "./DayStrip";
import classes from "./FloorView.module.css";
import { InspectContext, type Inspected } from "./inspected";
import { ParkedPanel } from "./ParkedPanel";
import { QueuesPanel } from "./QueuesPanel";
import { WaitingPanel } from "./WaitingPanel";

/** Not needed before somebody asks for more. */
const Inspector = lazy(() => import("./Inspector"));
const Wall = lazy(() => import("./Wall"));

export default function FloorView() {
  useWordsOf("floor", "why");
  return (
    <Switch>
      <Route path="/wall" component={Wall} />
      <Route component={Floor} />
    </Switch>
  );
}

/** Queues, agents and who waits, each one click from what can be done about it. */
function Floor() {
  const [inspected, inspect] = useState<Inspected | null>(null);
  return (
    <InspectContext value={inspect}>
      <div className={classes.floor} data-inspecting={inspected !== null}>
        <DayStrip />
        <div className={classes.board}>
          <QueuesPanel inspected={inspected} />
          <div className={classes.people}>
            <AgentsPanel inspected={inspected} />
            <div className={classes.callers}>
              <ParkedPanel inspected={inspected} />
              <WaitingPanel inspected={inspected} />
            </div>
          </div>
        </div>
        {inspected && (
          <div className={classes.side}>
            <Suspense fallback={<Loading />}>
              <Inspector inspected={inspected} close={() => inspect(null)} />
            </Suspense>
          </div>
        )}
      </div>
    </InspectContext>
  );
}
