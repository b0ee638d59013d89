// What happened: the live stream, what is remembered, and the receipt of one occurrence.

const stateBadge = (state, matched) => matched === 0 ? badge("none", "nobody") : badge({ pending: "wait", delivered: "good", failed: "bad", dropped: "warn" }[state] ?? "none", state);

function occurrenceColumns(withState) {
  const columns = [
    { id: "time", title: "Time", fill: linkCell((one) => placed("occurrences", one.id), (one) => clock(one.time, true)) },
    { id: "event", title: "Event", fill: linkCell((one) => eventLink(one.event), (one) => one.event) },
    { id: "params", title: "Params", fill: (cell, one) => { setText(cell, paramsLine(one.params)); cell.title = cell.shownText; } },
    { id: "matched", title: "Subscribers", number: true, fill: numberCell((one) => one.matched) },
  ];
  if (!withState) return columns;
  const count = (id, title) => ({ id, title, number: true, fill: numberCell((one) => one[id]) });
  return [...columns,
    { id: "state", title: "State", fill: (cell, one) => setChild(cell, one.state + (one.matched === 0), () => stateBadge(one.state, one.matched)) },
    count("delivered", "Delivered"), count("failed", "Failed"), count("dropped", "Dropped"), count("pending", "Pending")];
}

const eventFilter = { name: "event", title: "Event", placeholder: "E_UL_*", list: "event-names" };

// What the service takes as a glob.
const isGlob = (text) => /^[A-Za-z0-9_.*?-]{1,64}$/.test(text);

// A short list without scrolling, as part of another view.
class OccurrenceList {
  constructor(place, label) {
    this.place = place;
    this.grid = new Grid({ label, columns: occurrenceColumns(true), key: (one) => one.id, empty: () => this.words, kind: "occurrences" });
    place.append(this.grid.element);
  }

  update(rows, words) {
    this.words = words;
    this.grid.update(rows);
  }
}

// The list that grows at its top, in the live view and beside the others on a wide screen.
class LiveList {
  constructor(isAside) {
    this.grid = new Grid({ label: "Live occurrences", columns: occurrenceColumns(false), key: (one) => one.id, kind: isAside ? "live narrow" : "live",
      empty: () => store.live.isDenied ? "These credentials may not read the stream." : store.live.state === "open" ? "Nothing has happened yet. What happens appears here." : "Connecting…" });
    this.isAside = isAside;
    this.paused = null;
  }

  update() {
    const items = this.paused ?? store.live.items;
    const shown = this.isAside ? items.slice(0, 40) : items;
    // Who reads further down keeps their place.
    const top = this.grid.body.getBoundingClientRect().top, first = this.first;
    const added = first === undefined || this.isAside || this.paused ? 0 : shown.findIndex((one) => one.id === first);
    this.first = shown[0]?.id;
    this.grid.update(shown);
    if (added > 0 && top < 0) scrollBy(0, added * this.grid.rowHeight);
  }
}

router.views.live = () => {
  const list = new LiveList(false);
  const bar = filterBar("Filter the stream", [eventFilter]);
  const pauser = button("Pause", () => {
    list.paused = list.paused ? null : [...store.live.items];
    pausedAt = store.live.count;
    say(list.paused ? "Paused" : "Going on");
    refresh();
  }, { class: "button", "aria-pressed": "false" });
  let pausedAt = 0, counted = store.live.count, timer = null, isShown = false;
  function refresh() {
    const live = store.live, waiting = live.count - pausedAt;
    setText(pauser, list.paused ? `Go on${waiting > 0 ? ` (${number(waiting)} new)` : ""}` : "Pause");
    pauser.setAttribute("aria-pressed", String(list.paused !== null));
    setText(bar.note, [
      live.isDenied ? "not allowed" : live.state === "open" ? list.paused ? "paused" : "live" : "not connected",
      live.lost > 0 && `${number(live.lost)} missed`, `the newest ${number(store.liveMax)} are shown`].filter(Boolean).join(" · "));
    list.update();
    if (!list.paused && live.count > counted) {
      say(`${plural(live.count - counted, "new occurrence")}, the last ${live.items[0]?.event ?? ""}`, true);
      counted = live.count;
    }
  }
  return {
    title: "Live",
    actions: [pauser],
    element: h("div", null, bar, list.grid.element),
    show(values) {
      bar.show(values);
      const glob = values.event ?? "";
      clearTimeout(timer);
      if (glob && !isGlob(glob)) return setText(bar.note, "A name, in which * stands for any letters.");
      // Not for each letter typed.
      const begin = () => { list.paused = null; store.listen(glob); };
      if (isShown) timer = setTimeout(begin, 300);
      else begin();
      isShown = true;
      refresh();
    },
    update(topics) { if (topics.has("live") || topics.has("connection")) refresh(); },
    dispose() { clearTimeout(timer); list.grid.dispose(); if (store.live.glob) store.listen(""); },
  };
};

router.views.occurrences = (id) => id === null ? allOccurrences() : receipt(id);

function allOccurrences() {
  const bar = filterBar("Filter occurrences", [eventFilter,
    { name: "state", title: "State", options: [["", "All"], ["pending", "Pending"], ["delivered", "Delivered"], ["failed", "Failed"]] }]);
  const older = button("Show older ones", () => busy(older, problem, () => read(true)), { class: "button", hidden: true });
  const problem = h("div");
  const grid = new Grid({ label: "Occurrences", columns: occurrenceColumns(true), key: (one) => one.id, kind: "occurrences",
    empty: () => isAsked ? "Nothing like that is remembered." : "Loading…" });
  let filter = null, rows = [], cursor = "", stopper = null, isAsked = false;
  async function read(further, signal = stopper.signal) {
    const page = await api.get(query("/occurrences", { ...filter, limit: 200, cursor: further ? cursor : "" }), { signal });
    if (further) rows.push(...page.occurrences);
    else {
      const first = new Set(page.occurrences.map((one) => one.id)), last = page.occurrences.at(-1);
      // The newest again; behind them what was read before, unless there is a hole between them.
      const at = last ? rows.findIndex((one) => one.id === last.id) : -1;
      const behind = at < 0 ? [] : rows.slice(at + 1).filter((one) => !first.has(one.id));
      rows = [...page.occurrences, ...behind];
      if (behind.length === 0) cursor = page.next_cursor ?? "";
    }
    if (further) cursor = page.next_cursor ?? "";
    isAsked = true;
    older.hidden = !cursor;
    setText(bar.note, `${plural(rows.length, "occurrence")}${cursor ? ", and older ones" : ""}`);
    grid.update(rows);
  }
  async function run(signal) {
    while (!signal.aborted) {
      try { await read(false, signal); showTrouble(null, problem); }
      catch (trouble) { if (!signal.aborted && trouble.status !== 0) { isAsked = true; grid.update(rows); showTrouble(trouble, problem); } }
      await pause(document.hidden ? 20 : 3, signal);
    }
  }
  return {
    title: "Occurrences",
    element: h("div", null, bar, problem, grid.element, h("p", null, older)),
    show(values) {
      bar.show(values);
      const next = { event: values.event ?? "", state: values.state ?? "" };
      if (filter && next.event === filter.event && next.state === filter.state) return;
      if (next.event && !isGlob(next.event)) return setText(bar.note, "A name, in which * stands for any letters.");
      stopper?.abort();
      stopper = new AbortController();
      filter = next; rows = []; cursor = ""; isAsked = false;
      grid.update(rows);
      run(stopper.signal);
    },
    dispose() { stopper?.abort(); grid.dispose(); },
  };
}

// What an attempt was answered.
function attemptAnswer(attempt) {
  if (attempt.status !== undefined) return `HTTP ${attempt.status}`;
  if (attempt.errno !== undefined) return attempt.errno === 0 ? "taken" : `errno ${attempt.errno}`;
  if (attempt.broker !== undefined) return attempt.broker;
  if (attempt.return_code !== undefined) return `returned ${attempt.return_code}`;
  return "–";
}

const phases = [["name_lookup", "name"], ["connect", "connect"], ["tls", "TLS"], ["first_byte", "first byte"], ["total", "rest"]];

// The parts of an attempt as a bar and in words.
function timingBar(timings) {
  if (!timings?.total) return null;
  const picture = svg("svg", { viewBox: "0 0 200 8", preserveAspectRatio: "none", class: "timing", "aria-hidden": "true", focusable: "false" });
  const words = [];
  let before = 0;
  phases.forEach(([name, title], index) => {
    const until = timings[name];
    if (until <= before) return;
    picture.append(svg("rect", { x: before / timings.total * 200, y: 0, width: Math.max(1, (until - before) / timings.total * 200), height: 8, class: "phase" + index }));
    words.push(`${title} ${span(until - before)}`);
    before = until;
  });
  return h("div", { class: "timings" }, picture, h("span", null, words.join(" · ")));
}

function attemptTable(attempts, label) {
  return h("table", { class: "plain attempts", "aria-label": label },
    h("thead", null, h("tr", null, ["Attempt", "Began", "Took", "Bytes", "Answer", "Parts"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", null, attempts.map((one) => h("tr", null,
      h("td", null, number(one.number)), h("td", null, timeElement(one.time, true)), h("td", null, span(one.microseconds)),
      h("td", null, number(one.bytes)), h("td", null, attemptAnswer(one), one.socket && h("code", { class: "under" }, one.socket)), h("td", null, timingBar(one.timings))))));
}

function deliveryItem(delivery) {
  return h("li", { class: "delivery" },
    h("div", { class: "line" }, stateBadge(delivery.state),
      delivery.socket ? h("code", null, delivery.socket) : h("span", { class: "quiet" }, "a subscription that has ended"),
      delivery.transport && h("span", { class: "quiet" }, delivery.transport),
      delivery.subscription && link(placed("subscribers", delivery.subscription), `Subscription ${delivery.subscription}`)),
    (delivery.reason || delivery.message) && h("p", null, [delivery.reason, delivery.message].filter(Boolean).join(": ")),
    delivery.attempts?.length > 0 && attemptTable(delivery.attempts, `Attempts to reach ${delivery.socket ?? "it"}`));
}

// A receipt, whole.
function receiptContent(data) {
  const counts = ["delivered", "failed", "dropped", "pending"].map((name) => `${number(data[name])} ${name}`).join(", ");
  return h("div", { class: "receipt" },
    facts([["State", stateBadge(data.state, data.matched)], ["Event", link(eventLink(data.event), data.event)], ["Raised", timeElement(data.time, true)],
      ["By", data.raised_by], ["Request", data.request_id], ["Trace", data.traceparent], ["Subscribers", `${number(data.matched)}: ${counts}`], ["Id", h("code", null, data.id)]]),
    h("section", null, h("h2", null, "Params"), paramsTable(data.params)),
    h("section", null, h("h2", null, "Deliveries"),
      data.matched === 0 ? h("p", { class: "quiet" }, "Nobody was subscribed.") : [
        !data.complete && h("p", { class: "quiet" }, "Of so many deliveries those only are kept that went wrong."),
        h("ul", { class: "deliveries" }, data.deliveries.map(deliveryItem))]));
}

function receipt(id) {
  const place = h("div", { "aria-busy": "true" }, h("p", { class: "empty" }, "Loading…")), problem = h("div");
  const stopper = new AbortController();
  (async () => {
    while (!stopper.signal.aborted) {
      try {
        const data = await api.get(`/occurrences/${escaped(id)}`, { signal: stopper.signal });
        place.removeAttribute("aria-busy");
        setChild(place, JSON.stringify(data), () => receiptContent(data));
        showTrouble(null, problem);
        // What has ended changes no more.
        if (data.state !== "pending") return;
      } catch (trouble) {
        if (stopper.signal.aborted) return;
        if (trouble.status !== 0) {
          place.replaceChildren();
          return showTrouble(trouble, problem);
        }
      }
      await pause(1, stopper.signal);
    }
  })();
  return {
    title: "Receipt",
    above: link("#/occurrences", "Occurrences"),
    element: h("div", null, problem, place),
    dispose() { stopper.abort(); },
  };
}
