// What the page knows of the service, kept up to date by polling with entity tags and by the live stream.

// Waits, as long as `signal` lets it.
function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

const store = {
  // Waits between polls; longer where nobody looks.
  pollSeconds: 2,
  hiddenSeconds: 20,
  retrySeconds: [1, 1, 2, 4, 8],
  pageMax: 1000,
  eventPagesMax: 10,
  subscriberPagesMax: 50,
  historyPagesMax: 10,
  // A hole in the polls that is longer is filled from what the service remembers.
  gapSeconds: 30,
  pagePauseSeconds: 0.2,
  liveMax: 500,

  // "connecting", "up", "down", "odd" (it answers, but not with what was asked for) or "denied"; since when; and why.
  connection: { state: "connecting", since: 0, reason: "" },
  // By name: { name, data, total, history? }.
  events: new Map(),
  hasMoreEvents: false,
  total: new History(),
  // From when on the plots are whole; milliseconds of the service's clock, null where that is not known yet.
  knownSince: null,
  status: null,
  live: { glob: "", items: [], state: "lost", count: 0, lost: 0, isDenied: false },
  listeners: new Set(),
  topics: new Set(),

  // Tells the views: at once, but five times a second at most, however much comes by the stream.
  changed(topic) {
    store.topics.add(topic);
    store.teller ??= setTimeout(() => {
      store.teller = null;
      store.told = performance.now();
      const topics = store.topics;
      store.topics = new Set();
      for (const listener of [...store.listeners]) listener(topics);
    }, Math.max(0, 200 - (performance.now() - (store.told ?? 0))));
  },

  // ---- Connection

  setConnection(state, reason = "") {
    const before = store.connection;
    if (before.state === state && before.reason === reason) return;
    store.connection = { state, reason,
      since: before.state === state ? before.since : Date.now(), before: before.state, beforeSince: before.since };
    store.changed("connection");
  },

  // Begins, and begins anew with other credentials.
  start() {
    store.stopper?.abort();
    const stopper = store.stopper = new AbortController();
    api.kept.clear();
    store.events.clear();
    store.total = new History();
    store.knownSince = store.polled = store.epoch = null;
    store.live.isDenied = false;
    store.setConnection("connecting");
    store.pollEvents(stopper.signal);
    store.pollStatus(stopper.signal);
    store.listen(store.live.glob, true);
  },

  stop() {
    store.stopper?.abort();
    store.stream.close();
  },

  // Polls now.
  hurry() { store.wake?.(); },

  // ---- Events

  async pollEvents(signal) {
    let failures = 0;
    while (!signal.aborted) {
      let seconds = document.hidden ? store.hiddenSeconds : store.pollSeconds;
      try {
        await store.readEvents(signal);
        failures = 0;
        store.setConnection("up");
      } catch (trouble) {
        if (signal.aborted) return;
        if ([401, 403].includes(trouble.status)) return store.setConnection("denied", trouble.message);
        store.setConnection(trouble.status > 0 ? "odd" : "down", trouble.message);
        seconds = Math.max(store.retrySeconds[Math.min(failures++, store.retrySeconds.length - 1)], trouble.retryAfter ?? 0);
      }
      const waiter = new AbortController();
      store.wake = () => waiter.abort();
      await pause(seconds, AbortSignal.any([signal, waiter.signal]));
    }
  },

  async readEvents(signal) {
    const rows = [];
    let cursor = "", isNew = false, tag = "";
    for (let page = 0; page < store.eventPagesMax; page++) {
      const answer = await api.poll(query("/events", { limit: store.pageMax, cursor }), { signal });
      isNew ||= answer.isNew;
      if (page === 0) tag = answer.tag ?? "";
      // One version for all pages: where the first is the same, all are.
      if (page === 0 && !answer.isNew && store.polled) break;
      rows.push(...answer.data.events);
      cursor = answer.data.next_cursor ?? "";
      if (!cursor) break;
    }
    const now = api.now(), last = store.polled;
    store.polled = now;
    if (isNew) {
      store.hasMoreEvents = cursor !== "";
      const epoch = tag.split("z")[0];
      const isAnew = store.epoch !== null && store.epoch !== epoch;
      store.epoch = epoch;
      store.takeEvents(rows, last !== null && now - last < store.gapSeconds * 1000 ? now : null, isAnew);
    }
    store.changed("events");
    if (last === null) store.fill(now - 3600e3, now, signal);
    else if (now - last >= store.gapSeconds * 1000) store.fill(last, now, signal);
  },

  // Counts what came since the last poll at `now`; null: that is counted otherwise.
  takeEvents(rows, now, isAnew) {
    const names = new Set();
    for (const data of rows) {
      names.add(data.name);
      const event = store.event(data.name);
      if (isAnew) event.total = 0;
      if (now !== null) store.count(event, data.occurrences - event.total, now);
      event.data = data;
      event.total = data.occurrences;
      event.search = `${data.name} ${data.module ?? ""} ${data.description ?? ""}`.toLowerCase();
    }
    for (const name of store.events.keys()) if (!names.has(name)) store.events.delete(name);
  },

  event(name) {
    let event = store.events.get(name);
    if (!event) store.events.set(name, event = { name, data: null, total: 0, history: null, search: name.toLowerCase() });
    return event;
  },

  count(event, count, milliseconds) {
    if (count === 0) return;
    event.history ??= new History();
    event.history.add(milliseconds, count);
    store.total.add(milliseconds, count);
  },

  // Fills the plots between two times from the occurrences that the service remembers.
  async fill(from, to, signal) {
    let cursor = "", oldest = to, isWhole = false;
    try {
      for (let page = 0; page < store.historyPagesMax && !isWhole; page++) {
        const answer = await api.get(query("/occurrences", { limit: store.pageMax, cursor }), { signal });
        for (const occurrence of answer.occurrences) {
          const time = Date.parse(occurrence.time);
          if (time > to) continue;
          oldest = Math.min(oldest, time);
          if (time <= from || occurrence.id.endsWith("-1")) isWhole = true;
          if (time <= from) break;
          store.count(store.event(occurrence.event), 1, time);
        }
        cursor = answer.next_cursor ?? "";
        if (!cursor) break;
        store.changed("events");
        await pause(0.05, signal);
      }
    } catch { /* the polls tell of it; the plots begin now */ }
    // Events that nobody has been raising: nothing is remembered, and nothing is missing.
    if (oldest === to && store.total.sum(to) === 0) isWhole = [...store.events.values()].every((event) => event.total === 0);
    const since = isWhole ? from : oldest;
    store.knownSince = store.knownSince === null ? since : isWhole ? store.knownSince : Math.max(store.knownSince, since);
    store.changed("events");
  },

  // ---- Status

  async pollStatus(signal) {
    while (!signal.aborted) {
      try {
        if (store.connection.state !== "denied") store.status = await api.get("/status", { signal });
        store.changed("status");
      } catch (trouble) {
        if (trouble.status === 404 || trouble.status === 403) return;
        store.status = null;
      }
      await pause(document.hidden ? 60 : 10, signal);
    }
  },

  // ---- Live stream

  // Shows `glob`'s occurrences: those remembered first, then each as it comes.
  async listen(glob, anew = false) {
    const live = store.live;
    if (!anew && live.glob === glob && live.isBegun) return;
    live.isBegun = true;
    live.glob = glob;
    live.items = [];
    live.lost = 0;
    store.stream.close();
    store.changed("live");
    const turn = live.turn = {};
    let last = null;
    try {
      const page = await api.get(query("/occurrences", { event: glob, limit: 100 }));
      if (live.turn !== turn) return;
      live.items = page.occurrences;
      last = page.occurrences[0]?.id ?? null;
    } catch (trouble) {
      if (live.turn !== turn) return;
      if (trouble.status === 401) return;
    }
    store.stream.open(glob, last);
    store.changed("live");
  },

  takeLive(item) {
    const live = store.live;
    live.items.unshift(item);
    if (live.items.length > store.liveMax) live.items.length = store.liveMax;
    live.count += 1;
    const event = store.events.get(item.event);
    // Ahead of the next poll, whose sum decides.
    if (event?.data) {
      event.total += 1;
      store.count(event, 1, api.now());
      store.changed("counts");
    }
    store.changed("live");
  },
};

store.stream = new LiveStream({
  onItem: (item) => store.takeLive(item),
  onLost: (count) => { store.live.lost += count ?? 1; store.changed("live"); },
  onState: (state, trouble) => {
    store.live.state = state;
    store.live.isDenied = trouble instanceof Trouble && trouble.status === 403;
    // Whether the service has gone, the next poll knows.
    if (state === "lost" && !store.live.isDenied) store.hurry();
    store.changed("live");
  },
});
