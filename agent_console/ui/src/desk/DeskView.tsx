import { useMemo, useState } from "react";
import type { DeskContact } from "../api/documents";
import { Loading } from "../design/Waiting";
import { useWordsOf } from "../language/words";
import { useDesk } from "../live/live";
import { ContactPanel } from "./ContactPanel";
import { CustomerPanel } from "./CustomerPanel";
import { DayBar } from "./DayBar";
import classes from "./DeskView.module.css";
import { Offer } from "./Offer";
import { WorkPanel } from "./WorkPanel";

/** What wants the agent first: who talks, then who is on hold, then the work after. */
const ORDER: readonly DeskContact["state"][] = [
  "talking",
  "conference",
  "consulting",
  "held",
  "dialling",
  "wrap_up",
  "parked",
  "ringing",
  "over",
];

export default function DeskView() {
  useWordsOf("desk");
  const desk = useDesk();
  const [chosen, choose] = useState<string | null>(null);
  const contacts = useMemo(
    () => [...(desk?.contacts ?? [])].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state)),
    [desk],
  );
  if (!desk) return <Loading />;
  const offers = contacts.filter((contact) => contact.state === "ringing");
  const present = contacts.filter((contact) => contact.state !== "ringing" && contact.state !== "over");
  const shown = present.find((contact) => contact.contact_id === chosen) ?? present[0] ?? null;
  return (
    <div className={classes.desk}>
      <WorkPanel desk={desk} contacts={present} shown={shown?.contact_id ?? null} choose={choose} />
      <ContactPanel key={shown?.contact_id ?? ""} contact={shown} state={desk.state} />
      <CustomerPanel contact={offers[0] ?? shown} />
      <DayBar agent={desk.state.agent} />
      {offers.map((offer) => (
        <Offer key={offer.contact_id} contact={offer} />
      ))}
    </div>
  );
}
