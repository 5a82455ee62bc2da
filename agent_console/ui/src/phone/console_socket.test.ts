import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CONNECT_MS, ConsoleSocket, PAGE_LEFT, SILENCE_MS } from "./console_socket";

class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;
  closedWith: number | undefined;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close(code?: number) {
    this.readyState = 3;
    this.closedWith = code;
  }
  opens() {
    this.readyState = 1;
    this.onopen();
  }
  closes(code: number) {
    this.readyState = 3;
    this.onclose({ code, reason: "" });
  }
}

let socket: ConsoleSocket;
let lost: number[];
let talks: boolean;
const last = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  socket = new ConsoleSocket("ws://desk.example/api/v1/phone", () => talks);
  lost = [];
  talks = false;
  socket.ondisconnect = (_, code) => lost.push(code);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the console's WebSocket", () => {
  it("sends only while it is open, and tells the code that it was closed with", () => {
    socket.connect();
    expect(socket.send("x")).toBe(false);
    last().opens();
    expect(socket.send("x")).toBe(true);
    last().closes(4409);
    expect(lost).toEqual([4409]);
    expect(socket.send("x")).toBe(false);
  });

  it("that is suspected counts as cut at once, and what the old one says later counts for nothing", () => {
    socket.connect();
    last().opens();
    const old = last();
    socket.drop();
    expect(lost).toEqual([1006]);
    socket.connect();
    last().opens();
    old.closes(1006);
    expect(lost).toEqual([1006]);
    expect(socket.isConnected()).toBe(true);
  });

  it("says at each opening whether a call is here, and that the page goes", () => {
    socket.connect();
    last().opens();
    socket.drop();
    talks = true;
    socket.connect();
    last().opens();
    expect(FakeSocket.all.map((one) => one.url)).toEqual(
      ["0", "1"].map((talk) => `ws://desk.example/api/v1/phone?talks=${talk}`),
    );
    socket.leave();
    expect(last().closedWith).toBe(PAGE_LEFT);
    socket.connect();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("does not come back once it is retired, but says what is still to be said", () => {
    socket.connect();
    last().opens();
    socket.retire();
    expect(socket.send("good-bye")).toBe(true);
    last().closes(4409);
    socket.connect();
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("over which nothing comes counts as cut, and the daemon's sign of life is nothing that the phone is told", () => {
    const heard = vi.fn();
    socket.ondata = heard;
    socket.connect();
    last().opens();
    for (let beat = 0; beat < 10; beat += 1) {
      vi.advanceTimersByTime(SILENCE_MS - 1);
      last().onmessage({ data: "\r\n" });
    }
    expect(lost).toEqual([]);
    expect(heard).not.toHaveBeenCalled();
    last().onmessage({ data: "OPTIONS sip:x SIP/2.0" });
    expect(heard).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(SILENCE_MS);
    expect(lost).toEqual([1006]);
    expect(last().readyState).toBe(3);
  });

  it("that does not come about counts as cut, and one that was left is not waited for", () => {
    socket.connect();
    vi.advanceTimersByTime(CONNECT_MS);
    expect(lost).toEqual([1006]);
    socket.connect();
    last().opens();
    socket.leave();
    vi.advanceTimersByTime(10 * SILENCE_MS);
    expect(lost).toEqual([1006]);
  });

  it("listens a moment longer after a sleep, but not for ever", () => {
    socket.connect();
    last().opens();
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(SILENCE_MS);
    expect(lost).toEqual([]);
    last().onmessage({ data: "\r\n" });
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(SILENCE_MS);
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(SILENCE_MS);
    expect(lost).toEqual([1006]);
  });
});
