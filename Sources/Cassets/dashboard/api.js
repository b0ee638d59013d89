// The public API, and nothing else: one request after the other says whether the service can be reached, and who asks.

// An answer that is no success. `status` 0: there was no answer.
class Trouble extends Error {
  constructor(status, code, detail, places = [], retryAfter = 0) {
    super(detail);
    Object.assign(this, { status, code, places, retryAfter });
  }
}

// A number that a double cannot hold, with its digits.
class ExactNumber {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
}

function parse(text) {
  // Only where there are such digits at all: a reviver makes parsing ten times slower.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (key, value, context) =>
    typeof value === "number" && context?.source && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? new ExactNumber(context.source) : value);
}

// Who asks: kept for this tab alone, and only until it is closed.
const session = {
  get authorization() { return sessionStorage.getItem("authorization"); },
  set authorization(value) {
    if (value) sessionStorage.setItem("authorization", value);
    else sessionStorage.removeItem("authorization");
  },
};

const api = {
  timeoutSeconds: 10,
  // The service's clock less ours, in milliseconds, from the newest `Date`.
  skew: 0,
  // When the service answered last, whatever it said.
  answered: 0,
  // Called with the answer 401.
  onDenied: () => {},
  // Answers that have an entity tag, the newest last.
  kept: new Map(),
  keptMax: 128,

  now() { return Date.now() + api.skew; },

  headers(more) {
    const headers = new Headers(more);
    if (session.authorization) headers.set("Authorization", session.authorization);
    return headers;
  },

  // Sends; answers { status, data, headers }. Throws `Trouble`.
  async send(method, path, { body, headers, timeout = api.timeoutSeconds, signal } = {}) {
    const sent = api.headers(headers);
    if (body !== undefined) sent.set("Content-Type", "application/json");
    const limit = AbortSignal.timeout(timeout * 1000);
    let response, text;
    try {
      response = await fetch(path, {
        method, body, headers: sent, cache: "no-store", credentials: "omit", redirect: "error",
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Trouble(0, "unreachable", limit.aborted
        ? `No answer within ${timeout} seconds.` : "The service cannot be reached.");
    }
    api.answered = performance.now();
    const date = Date.parse(response.headers.get("Date") ?? "");
    // A Date has whole seconds: only what is clearly off counts.
    if (!Number.isNaN(date)) api.skew = Math.abs(date + 500 - Date.now()) > 1500 ? date + 500 - Date.now() : 0;
    if (response.ok || response.status === 304) {
      return { status: response.status, headers: response.headers, data: text ? parse(text) : null };
    }
    throw api.trouble(response, text);
  },

  trouble(response, text) {
    let problem = {};
    try { problem = JSON.parse(text) ?? {}; } catch { /* not ours; the status says enough */ }
    if (response.status === 401) api.onDenied(session.authorization !== null);
    return new Trouble(response.status, problem.code ?? "", problem.detail ?? `The service answers ${response.status}.`,
      problem.errors ?? [], Number(response.headers.get("Retry-After")) || 0);
  },

  async get(path, options) { return (await api.send("GET", path, options)).data; },

  // GET with the entity tag of the last answer; `isNew` is false where nothing has changed.
  async poll(path, options) {
    const before = api.kept.get(path);
    const headers = before ? { "If-None-Match": before.tag } : {};
    const answer = await api.send("GET", path, { ...options, headers });
    if (answer.status === 304 && before) return { ...before, isNew: false };
    const entry = { tag: answer.headers.get("ETag"), data: answer.data };
    if (entry.tag) {
      api.kept.delete(path);
      api.kept.set(path, entry);
      if (api.kept.size > api.keptMax) api.kept.delete(api.kept.keys().next().value);
    }
    return { ...entry, isNew: true };
  },

  post(path, body, options) {
    return api.send("POST", path, { ...options, body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body) });
  },
};

const escaped = encodeURIComponent;

// `path?name=value`, without what is empty.
function query(path, values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
  return pairs.length ? `${path}?${pairs.join("&")}` : path;
}
