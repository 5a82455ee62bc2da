/** The console's own WebSocket as JsSIP wants one; it tells with which code the daemon closed it. */

/** Why the daemon ends a phone's connection for good. */
/** The page tells the daemon so that it goes: the customer of a talk is kept, and hears music. */
export const PAGE_LEFT = 4001;

export const CLOSED = { signedOut: 4401, refused: 4403, elsewhere: 4409 } as const;

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
    socket.onopen = () => this.onconnect();
    socket.onmessage = (event: MessageEvent<string>) => this.ondata(event.data);
    socket.onclose = (event) => this.gone(socket, event.code, event.reason);
  }

  disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** What is said still goes out, but once it is closed it is not opened again: JsSIP would, while it says good-bye. */
  retire(): void {
    this.retired = true;
  }

  /** The page goes. */
  leave(): void {
    const socket = this.socket;
    this.retire();
    this.socket = null;
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

  private gone(socket: WebSocket, code: number, reason: string): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.ondisconnect(code !== 1000, code, reason);
  }
}
