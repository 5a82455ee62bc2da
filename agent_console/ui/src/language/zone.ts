/** The reader's time zone: the one in which every time, day and range of the console is meant. */

/** As the zone is called, such as `Europe/Berlin`; a browser that does not know it counts in UTC. */
export function readersZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return !timeZone || timeZone === "Etc/Unknown" ? "UTC" : timeZone;
}
