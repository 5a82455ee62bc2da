import { useState } from "react";
import { Route, Switch } from "wouter";
import { AgentsPanel } from "./AgentsPanel";
import { DayStrip } from "./DayStrip";
import classes from "./FloorView.module.css";
import { Inspector } from "./Inspector";
import { InspectContext, type Inspected } from "./inspected";
import { QueuesPanel } from "./QueuesPanel";
import { Wall } from "./Wall";
import { WaitingPanel } from "./WaitingPanel";

export default function FloorView() {
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
            <WaitingPanel inspected={inspected} />
          </div>
        </div>
        {inspected && <Inspector inspected={inspected} close={() => inspect(null)} />}
      </div>
    </InspectContext>
  );
}
