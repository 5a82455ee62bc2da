import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConsoleSocket } from "./console_socket";

class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: () => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
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
const last = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  socket = new ConsoleSocket("ws://desk.example/api/v1/phone");
  lost = [];
  socket.ondisconnect = (_, code) => lost.push(code);
});
afterEach(() => {
  vi.unstubAllGlobals();
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

  it("does not come back once it is retired, but says what is still to be said", () => {
    socket.connect();
    last().opens();
    socket.retire();
    expect(socket.send("good-bye")).toBe(true);
    last().closes(4409);
    socket.connect();
    expect(FakeSocket.all).toHaveLength(1);
  });
});
