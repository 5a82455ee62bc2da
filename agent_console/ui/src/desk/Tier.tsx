import classes from "./Tier.module.css";

/** What the customer is to the house, in the house's own word. */
export function Tier({ tier }: { tier: string }) {
  return <span className={classes.tier}>{tier}</span>;
}
