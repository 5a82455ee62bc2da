/**
 * The daemon's clock as this browser can tell it: frames carry the daemon's `now`, which is late by the time that they
 * travelled. So the largest difference among the last frames is the best one, and the desk's own clock may be wrong by
 * hours without any clock on the screen being so.
 */

const REMEMBERED = 30;

export class CentreClock {
  private readonly differences: number[] = [];
  private difference = 0;
  private readonly local: () => number;

  constructor(local: () => number = () => Date.now()) {
    this.local = local;
  }

  /** A frame came that was written at `now`. */
  heard(now: string): void {
    this.differences.push(Date.parse(now) - this.local());
    if (this.differences.length > REMEMBERED) this.differences.shift();
    this.difference = Math.max(...this.differences);
  }

  /** Begin anew: after a sleep or a change of the local clock old differences mean nothing. */
  forget(): void {
    this.differences.length = 0;
  }

  /** The centre's time in milliseconds since 1970. */
  now(): number {
    return this.local() + this.difference;
  }
}
