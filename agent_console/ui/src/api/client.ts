/**
 * Requests to the API. One place adds the session's CSRF token, reads problem documents and notices
 * that a session has ended; nothing else calls `fetch`.
 */

import { learnRefusals } from "../language/refusals";

export interface FieldError {
  field: string;
  rule: string;
  way_out: string;
}

interface ProblemDocument {
  title?: string;
  detail?: string;
  error_id?: string;
  errors?: FieldError[];
  reason_id?: string | null;
  present?: unknown;
}

/** A refusal of the API, or that there was no answer (`status` 0, `error_id` "no_connection"). */
export class Problem extends Error {
  readonly status: number;
  readonly error_id: string;
  readonly title: string;
  /** Why an act is not possible as things are: as the act's own refusal has it. */
  readonly reason_id: string | null;
  readonly errors: readonly FieldError[];
  readonly present: unknown;

  constructor(status: number, document: ProblemDocument) {
    super(document.detail || document.title || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.error_id = document.error_id ?? (status === 0 ? "no_connection" : "unexpected");
    this.title = document.title ?? "";
    this.reason_id = document.reason_id ?? null;
    this.errors = document.errors ?? [];
    this.present = document.present;
  }

  /** The same, of these fields alone. */
  with(errors: readonly FieldError[]): Problem {
    const { status, message: detail, error_id, title, present } = this;
    return new Problem(status, { detail, error_id, title, present, errors: [...errors] });
  }
}

/** A document with the ETag that a later change of it has to name. */
export interface Tagged<T> {
  document: T;
  etag: string;
}

export interface RequestOptions {
  body?: unknown;
  /** Sent as it is, for files. */
  raw?: { content: Blob | string; type: string };
  ifMatch?: string;
  /** It must not be there yet. */
  isNew?: boolean;
  signal?: AbortSignal | undefined;
  /** Outlives the page: for what is saved while it closes. */
  keepalive?: boolean;
}

/** How an operation is asked for, whichever it is. */
export type Options = Pick<RequestOptions, "signal" | "keepalive">;

type Method = "GET" | "POST" | "PUT" | "DELETE";
type Value = string | number | boolean | null | undefined;
type Query = Record<string, Value | readonly Value[]>;

/** What an operation sends. `match`: the ETag that was read, quoted or not. */
interface Asked extends Options, Pick<RequestOptions, "body" | "raw" | "isNew"> {
  query?: Query;
  match?: string | null;
  as?: "json" | "text" | "blob";
}

export const BASE = "/api/v1";

/** A path under the API with its query; empty values are left out. */
export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of Array.isArray(values) ? (values as readonly Value[]) : [values as Value]) {
      if (value !== null && value !== undefined && value !== "") parameters.append(name, String(value));
    }
  }
  const text = parameters.toString();
  return `${BASE}${path}${text && "?"}${text}`;
}

export class ApiClient {
  private token = "";
  /** Called when the API says that there is no session (any longer). */
  onSignedOut: () => void = () => undefined;
  /**
   * Called when the token is not (any longer) the session's: another tab may have begun a new one. Whether the same
   * person is signed in still, with a token that is known now.
   */
  onStaleToken: () => Promise<boolean> = () => Promise.resolve(false);

  /** The token of the session, sent with everything that changes something. */
  useToken(token: string): void {
    this.token = token;
  }

  /** One operation; `operations/` has them all by name and type. */
  async ask<T>(method: Method, path: string, { query, match, as = "json", ...options }: Asked): Promise<T> {
    const bodiless = method === "POST" && options.body === undefined && !options.raw;
    const answer = await this.send(method, address(path, query), {
      ...options,
      ...(bodiless && { body: {} }),
      ...(match && { ifMatch: quoted(match) }),
    });
    return as === "json" ? read<T>(answer) : ((await (as === "text" ? answer.text() : answer.blob())) as T);
  }

  async get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return (await this.send("GET", address(path, query), { signal })).json() as Promise<T>;
  }

  async tagged<T>(path: string): Promise<Tagged<T>> {
    const answer = await this.send("GET", address(path), {});
    return { document: (await answer.json()) as T, etag: answer.headers.get("etag") ?? "" };
  }

  async post<T = unknown>(path: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
    return read<T>(await this.send("POST", address(path), { ...options, body: body ?? {} }));
  }

  async put<T = unknown>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return read<T>(await this.send("PUT", address(path), { ...options, body }));
  }

  async delete<T = unknown>(path: string, options: RequestOptions = {}): Promise<T> {
    return read<T>(await this.send("DELETE", address(path), options));
  }

  async text(path: string, query?: Query): Promise<string> {
    return (await this.send("GET", address(path, query), {})).text();
  }

  private async send(method: Method, url: string, options: RequestOptions, again = false): Promise<Response> {
    const token = this.token;
    const answer = await this.fetch(method, url, options);
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    if (problem.error_id === "csrf" && !again && (this.token !== token || (await this.onStaleToken()))) {
      return this.send(method, url, options, true);
    }
    // a wrong name or password is the sign-in's own affair
    if (answer.status === 401 && !(method === "POST" && url === `${BASE}/session`)) this.onSignedOut();
    // only a session that ended is told in the console's own words alone
    if (answer.status !== 401) await learnRefusals();
    throw problem;
  }

  private async fetch(method: Method, url: string, options: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
    if (method !== "GET") headers["X-CSRF-Token"] = this.token;
    if (options.ifMatch) headers["If-Match"] = options.ifMatch;
    if (options.isNew) headers["If-None-Match"] = "*";
    let body: BodyInit | null = null;
    if (options.raw) {
      headers["Content-Type"] = options.raw.type;
      body = options.raw.content;
    } else if (options.body !== undefined) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(options.body);
    }
    try {
      return await fetch(url, {
        method,
        headers,
        body,
        signal: options.signal ?? null,
        keepalive: options.keepalive ?? false,
        credentials: "same-origin",
        cache: "no-store",
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Problem(0, {});
    }
  }
}

function quoted(etag: string): string {
  return etag === "*" || etag.endsWith('"') ? etag : `"${etag}"`;
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return new Problem(answer.status, (await answer.json()) as ProblemDocument);
  } catch {
    // a proxy's page, or nothing at all
    return new Problem(answer.status, { title: answer.statusText });
  }
}

export const api = new ApiClient();
