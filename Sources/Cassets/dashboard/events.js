// The events there are, how often they happen; and one of them.

const eventLink = (name) => placed("events", name);

const eventColumns = () => [
  { id: "event", title: "Event", sort: (event) => event.name,
    fill: linkCell((event) => eventLink(event.name), (event) => event.name,
      (event) => event.data?.kind === "static" ? `${event.data.module ?? "static"}${event.data.description ? " · " + event.data.description : ""}` : "dynamic") },
  { id: "hour", title: "Last hour", number: true, sort: (event) => event.history?.sum(api.now()) ?? 0, fill(cell, event) {
    if (!cell.plot) {
      cell.plot = new Plot(120, 22);
      cell.append(cell.plot.element, h("span", { class: "beside" }));
    }
    const now = api.now();
    cell.plot.draw(event.history ? event.history.minutes(now) : noMinutes);
    setText(cell.lastChild, number(event.history?.sum(now) ?? 0));
  } },
  { id: "rate", title: "Per minute", number: true, sort: minuteOf, fill: numberCell(minuteOf) },
  { id: "total", title: "Raised", number: true, sort: (event) => event.total, fill: numberCell((event) => event.total) },
  { id: "subscribers", title: "Subscribers", number: true, sort: (event) => event.data?.subscribers ?? 0,
    fill: linkCell((event) => placed("subscribers", null, { event: event.name }), (event) => number(event.data?.subscribers ?? 0)) },
  { id: "do", title: "Actions", hidden: true, fill(cell, event) {
    if (!cell.firstChild) cell.append(link("", "Raise"));
    if (cell.shownName === event.name) return;
    cell.shownName = event.name;
    cell.firstChild.setAttribute("href", placed("raise", null, { event: event.name }));
    cell.firstChild.setAttribute("aria-label", "Raise " + event.name);
  } },
];

const plotCaption = (highest) => `Occurrences a minute over the last hour${highest > 0 ? `; at most ${number(highest)}` : ""}`;
const minuteOf = (event) => Math.round(event?.history?.perMinute(api.now()) ?? 0);
const noMinutes = new Array(60).fill(0);

// The numbers on top, and the plot of all events.
class Overview {
  constructor() {
    this.values = {};
    const tile = (id, title) => h("div", null, h("dt", null, title), this.values[id] = h("dd", null, "–"));
    this.plot = new Plot(960, 96, "plot large");
    this.caption = h("figcaption");
    this.element = h("section", { class: "overview", "aria-label": "Overview" },
      h("dl", { class: "tiles" }, tile("minute", "Raised in a minute"), tile("hour", "In the last hour"),
        tile("active", "Events that happened"), tile("subscriptions", "Subscriptions"), this.serviceTile = tile("service", "Service")),
      h("figure", null, this.plot.element, this.caption));
    this.serviceTile.hidden = true;
  }

  update() {
    const now = api.now();
    let active = 0, subscriptions = 0;
    for (const event of store.events.values()) {
      if (event.history?.sum(now) > 0) active += 1;
      subscriptions += event.data?.subscribers ?? 0;
    }
    const hour = store.total.sum(now);
    setText(this.values.minute, number(Math.round(store.total.perMinute(now))));
    setText(this.values.hour, number(hour));
    setText(this.values.active, `${number(active)} of ${number(store.events.size)}${store.hasMoreEvents ? "+" : ""}`);
    setText(this.values.subscriptions, number(subscriptions));
    const highest = this.plot.draw(store.total.minutes(now));
    const since = store.knownSince;
    setText(this.caption, plotCaption(highest)
      + (since !== null && since > now - 3590e3 ? `; what was before ${clock(since)} is not remembered` : ""));
    this.service();
  }

  service() {
    const status = store.status;
    this.serviceTile.hidden = !status;
    if (!status) return;
    const ill = (status.parts ?? []).filter((part) => part.state !== "ok");
    const words = ill.map((part) => `${part.name}: ${part.reason ?? part.state}`).join(" ");
    setChild(this.values.service, status.state + words, () => h("span", null,
      badge({ ok: "good", degraded: "warn", down: "bad" }[status.state] ?? "none", { ok: "in order", degraded: "degraded", down: "down" }[status.state] ?? status.state),
      h("small", null, words || `version ${status.version}`)));
  }
}

router.views.events = (name, values) => name === null ? allEvents(values) : oneEvent(name);

function allEvents() {
  const overview = new Overview();
  const bar = filterBar("Filter events", [
    { name: "q", title: "Find", placeholder: "name, module, words" },
    { name: "show", title: "Show", options: [["", "All events"], ["subscribed", "Subscribed"], ["active", "In the last hour"], ["dynamic", "Dynamic"]] },
  ]);
  let values = {};
  const grid = new Grid({
    label: "Events", columns: eventColumns(), key: (event) => event.name, kind: "events",
    empty: () => store.connection.state === "connecting" ? "Loading…" : "No event is like that.",
    onSort: (sort) => router.set({ sort }),
  });
  function refresh() {
    const now = api.now(), words = (values.q ?? "").toLowerCase();
    const isActive = (event) => event.history !== null && event.history.sum(now) > 0;
    const isShown = { subscribed: (event) => event.data?.subscribers > 0, active: isActive, dynamic: (event) => event.data?.kind === "dynamic" }[values.show] ?? (() => true);
    const rows = [...store.events.values()].filter((event) => event.data && event.search.includes(words) && isShown(event));
    if (!values.sort) {
      // What is in use comes first.
      const rank = (event) => (isActive(event) || event.data.subscribers > 0 ? 0 : 1);
      const ranked = rows.map((event) => [rank(event), event]);
      ranked.sort((one, other) => one[0] - other[0] || (one[1].name < other[1].name ? -1 : 1));
      ranked.forEach((pair, index) => { rows[index] = pair[1]; });
    }
    grid.update(rows, values.sort);
    setText(bar.note, rows.length === store.events.size ? plural(rows.length, "event") : `${number(rows.length)} of ${plural(store.events.size, "event")}`);
    fillEventNames();
  }
  return {
    title: "Events",
    actions: [link("#/subscribe", "Subscribe", { class: "button" }), link("#/raise", "Raise an event", { class: "button primary" })],
    element: h("div", null, overview.element, bar, grid.element),
    show(query) { values = query; bar.show(query); refresh(); },
    update(topics) {
      if (["events", "counts", "status"].some((topic) => topics.has(topic))) overview.update();
      if (topics.has("events") || topics.has("connection")) refresh();
      else if (topics.has("counts")) grid.render(true);
    },
    dispose() { grid.dispose(); },
  };
}

function oneEvent(name) {
  const about = h("div"), plot = new Plot(960, 120, "plot large"), caption = h("figcaption"), values = h("div"), recent = h("div");
  const stopper = new AbortController();
  const missing = h("p", { class: "empty", hidden: true }, "The service has no event of this name. Raising it, or subscribing to it, may create it.");
  let shownTotal = null, isAsking = false;
  const list = new OccurrenceList(recent, "Last occurrences of " + name);
  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      const page = await api.get(query("/occurrences", { event: name, limit: 20 }), { signal: stopper.signal });
      list.update(page.occurrences, "It did not happen since the service remembers.");
    } catch { shownTotal = null; }
    await pause(1, stopper.signal);
    isAsking = false;
  }
  return {
    title: name,
    above: link("#/events", "Events"),
    actions: [
      link(placed("subscribers", null, { event: name }), "Subscribers", { class: "button" }),
      link(placed("live", null, { event: name }), "Watch", { class: "button" }),
      link(placed("subscribe", null, { event: name }), "Subscribe", { class: "button" }),
      link(placed("raise", null, { event: name }), "Raise", { class: "button primary" }),
    ],
    element: h("div", null, missing, h("div", { class: "columns" }, about, values), h("figure", { class: "panel" }, plot.element, caption),
      h("section", null, h("h2", null, "Last occurrences"), recent)),
    update(topics) {
      if (!topics.has("events") && !topics.has("counts")) return;
      const event = store.events.get(name), now = api.now(), data = event?.data;
      missing.hidden = Boolean(data) || store.polled === null;
      setChild(about, data ? `${data.kind} ${data.params}` : "", () => data ? h("div", null,
        data.description && h("p", { class: "lead" }, data.description),
        facts([["Kind", data.kind], ["Module", data.module], ["Params", data.params.join(", ")]])) : h("div"));
      const highest = plot.draw(event?.history?.minutes(now) ?? noMinutes);
      setText(caption, plotCaption(highest));
      const total = event?.total ?? 0, hour = event?.history?.sum(now) ?? 0, minute = number(minuteOf(event));
      setChild(values, `${total} ${hour} ${minute} ${data?.subscribers}`, () => facts([
        ["Raised since the start", number(total)], ["In the last hour", number(hour)], ["Per minute", minute], ["Subscribers", number(data?.subscribers ?? 0)]]));
      if (shownTotal !== total && !isAsking) { shownTotal = total; ask(); }
    },
    dispose() { stopper.abort(); },
  };
}
