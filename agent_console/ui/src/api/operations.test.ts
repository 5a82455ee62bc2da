import { afterEach, expect, test, vi } from "vitest";
import { api, Problem } from "./client";
import { getCustomer, importCustomers, listCustomers } from "./operations/customers";
import { setOutcome } from "./operations/desk";
import { signOut } from "./operations/session";
import { deleteSetting, putSetting } from "./operations/settings";

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
  keepalive: boolean;
}

/** Answers each request alike, and remembers it. */
function answering(answer: () => Response): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", (url: string, request: RequestInit) => {
    sent.push({ url, ...request } as unknown as Sent);
    return Promise.resolve(answer());
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

test("paths and queries are escaped, and what is empty is left out", async () => {
  const sent = answering(() => Response.json({ items: [], next_cursor: null }));
  await listCustomers({ q: "Chen & Co", number: "", cursor: null, limit: 5 });
  await getCustomer("a/b?c");
  await importCustomers("name\n", { column: ["Phone=number", "Who=name"] });
  expect(sent.map((one) => one.url)).toEqual([
    "/api/v1/customers?q=Chen+%26+Co&limit=5",
    "/api/v1/customers/a%2Fb%3Fc",
    "/api/v1/customers/import?column=Phone%3Dnumber&column=Who%3Dname",
  ]);
  expect(sent[2]?.headers["Content-Type"]).toBe("text/csv");
  expect(sent[2]?.body).toBe("name\n");
});

test("what changes something carries the session's token and the version that was read", async () => {
  api.useToken("secret");
  const sent = answering(() => Response.json({}));
  await putSetting("queues", "q", { title: "Q" }, "7");
  await putSetting("queues", "new", {}, null);
  await deleteSetting("queues", "q", "*");
  await getCustomer("c1");
  expect(sent.map((one) => [one.method, one.headers["If-Match"], one.headers["If-None-Match"]])).toEqual([
    ["PUT", '"7"', undefined],
    ["PUT", undefined, "*"],
    ["DELETE", "*", undefined],
    ["GET", undefined, undefined],
  ]);
  expect(sent.map((one) => one.headers["X-CSRF-Token"])).toEqual(["secret", "secret", "secret", undefined]);
  expect(sent[0]?.body).toBe('{"title":"Q"}');
});

test("no content is no document", async () => {
  answering(() => new Response(null, { status: 204 }));
  await expect(signOut()).resolves.toBeUndefined();
});

test("what is saved while the page closes outlives it", async () => {
  const sent = answering(() => Response.json({}));
  await setOutcome("k1", { resolved: true }, null, { keepalive: true });
  expect(sent[0]?.keepalive).toBe(true);
});

test("a refusal is a Problem with its fields and the present document", async () => {
  const document = {
    title: "Changed meanwhile",
    error_id: "edited_meanwhile",
    errors: [{ field: "body.name", rule: "is empty", way_out: "give one" }],
    present: { etag: "8" },
  };
  answering(() => Response.json(document, { status: 412 }));
  const refused = await getCustomer("c1").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Problem);
  expect(refused).toMatchObject({ status: 412, error_id: "edited_meanwhile", present: { etag: "8" } });
  expect((refused as Problem).errors[0]?.field).toBe("body.name");
});

test("no connection is a Problem too", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  await expect(getCustomer("c1")).rejects.toMatchObject({ status: 0, error_id: "no_connection" });
});
