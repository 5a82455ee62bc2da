/** The console's own WebSocket as JsSIP wants one; it tells with which code the daemon closed it. */

/** Why the daemon ends a phone's connection for good. */
/** The page tells the daemon so that it goes: the customer of a talk is kept, and hears music. */
export const PAGE_LEFT = 4001;

export const CLOSED = { signedOut: 4401, refused: 4403, elsewhere: 4409 } as const;

/** The daemon's sign of life, every three seconds; SIP's own keep-alive. */
const BEAT = "\r\n";
/** A connection over which nothing came for so long is dead, whatever the browser says. */
export const SILENCE_MS = 8_000;
/** And one that does not come about in so long is tried again. */
export const CONNECT_MS = 6_000;

/** A timer that is so late was asleep; then the daemon is heard within one beat. */
const LATE_MS = 1_500;
const AWAKE_MS = 4_000;

/** JsSIP's interface of a socket. */
export class ConsoleSocket {
  via_transport = "WS";
  readonly url: string;
  readonly sip_uri: string;
  /** JsSIP puts its own in place of these three. */
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code: number, reason: string) => void = () => undefined;
  ondata: (data: string) => void = () => undefined;
  private socket: WebSocket | null = null;
  private retired = false;
  private silence: number | undefined;
  private readonly talks: () => boolean;

  /** `talks`: whether a call is here, which then goes on over a new connection. */
  constructor(url: string, talks: () => boolean) {
    this.url = url;
    this.talks = talks;
    this.sip_uri = `sip:${new URL(url).host};transport=ws`;
  }

  connect(): void {
    if (this.retired || this.isConnected() || this.isConnecting()) return;
    const socket = new WebSocket(`${this.url}?talks=${this.talks() ? 1 : 0}`, "sip");
    this.socket = socket;
    this.listenForSilence(CONNECT_MS);
    socket.onopen = () => {
      this.listenForSilence(SILENCE_MS);
      this.onconnect();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.listenForSilence(SILENCE_MS);
      if (event.data !== BEAT) this.ondata(event.data);
    };
    socket.onclose = (event) => this.gone(socket, event.code, event.reason);
  }

  disconnect(): void {
    const socket = this.forget();
    socket?.close();
  }

  /** What is said still goes out, but once it is closed it is not opened again: JsSIP would, while it says good-bye. */
  retire(): void {
    this.retired = true;
  }

  /** The page goes. */
  leave(): void {
    const socket = this.forget();
    this.retire();
    socket?.close(PAGE_LEFT, "the page is gone");
  }

  /** The connection is not to be trusted any more: as if it had been cut. */
  drop(): void {
    const socket = this.socket;
    if (!socket) return;
    socket.close();
    this.gone(socket, 1006, "");
  }

  send(message: string): boolean {
    if (!this.isConnected()) return false;
    this.socket?.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  private listenForSilence(ms: number, again = true): void {
    window.clearTimeout(this.silence);
    const due = Date.now() + ms;
    this.silence = window.setTimeout(() => {
      // a page that slept has heard nothing: it listens a moment longer, once
      if (again && Date.now() - due > LATE_MS) this.listenForSilence(AWAKE_MS, false);
      else this.drop();
    }, ms);
  }

  private forget(): WebSocket | null {
    window.clearTimeout(this.silence);
    const { socket } = this;
    this.socket = null;
    return socket;
  }

  private gone(socket: WebSocket, code: number, reason: string): void {
    if (this.socket !== socket) return;
    this.forget();
    this.ondisconnect(code !== 1000, code, reason);
  }
}
