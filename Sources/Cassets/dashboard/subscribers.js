// Who is told, how that goes; and one subscription: test, renew, unsubscribe.

const transports = ["datagram", "http", "stream", "xmlrpc", "rabbitmq", "flatstore", "virtual", "route"];

function leftText(subscription) {
  if (subscription.permanent) return "for ever";
  const seconds = (subscription.deadline - api.now()) / 1000;
  return seconds <= 0 ? "ended" : duration(seconds);
}

function subscriberColumns() {
  const count = (id, title) => ({ id, title, number: true, sort: (one) => one.deliveries[id], fill: numberCell((one) => one.deliveries[id]) });
  return [
    { id: "id", title: "Id", sort: (one) => Number(one.id), fill: linkCell((one) => placed("subscribers", one.id), (one) => one.id) },
    { id: "event", title: "Event", sort: (one) => one.event, fill: linkCell((one) => eventLink(one.event), (one) => one.event) },
    { id: "socket", title: "Socket", sort: (one) => one.socket, fill: (cell, one) => { setText(cell, one.socket); cell.title = one.socket; } },
    { id: "transport", title: "Transport", sort: (one) => one.transport, fill: textCell((one) => one.transport) },
    { id: "state", title: "State", number: false, sort: (one) => -one.health.rank, fill: (cell, one) => setChild(cell, one.health.text, () => badge(one.health.kind, one.health.text)) },
    { id: "left", title: "Time left", number: true, sort: (one) => -one.deadline, fill(cell, one) {
      setText(cell, leftText(one));
      cell.classList.toggle("soon", one.deadline - api.now() < 60e3);
    } },
    count("delivered", "Delivered"), count("failed", "Failed"), count("dropped", "Dropped"), count("pending", "Pending"),
    { id: "error", title: "Last error", fill: (cell, one) => { setText(cell, lastError(one)); cell.title = cell.shownText; } },
  ];
}

router.views.subscribers = (id) => id === null ? allSubscribers() : oneSubscriber(id);

function allSubscribers() {
  const bar = filterBar("Filter subscribers", [
    { name: "q", title: "Find", placeholder: "socket, event, id" },
    { name: "event", title: "Event", placeholder: "exact name", list: "event-names" },
    { name: "transport", title: "Transport", options: [["", "All"], ...transports.map((name) => [name, name])] },
    { name: "state", title: "State", options: [["", "All"], ["trouble", "In trouble"], ["waiting", "Waiting"], ["losses", "With losses"], ["soon", "Ends within 5 minutes"]] },
  ]);
  const problem = h("div");
  const grid = new Grid({ label: "Subscribers", columns: subscriberColumns(), key: (one) => one.id, kind: "subscribers",
    onSort: (sort) => router.set({ sort }), empty: () => !list || list.isLoading ? "Loading…" : "No subscription is like that." });
  let values = {}, list = null, filter = "";
  function refresh() {
    const words = (values.q ?? "").toLowerCase();
    const isLike = {
      trouble: (one) => one.health.group === "trouble", waiting: (one) => one.deliveries.pending > 0,
      losses: (one) => one.deliveries.failed + one.deliveries.dropped > 0, soon: (one) => one.deadline - api.now() < 300e3,
    }[values.state] ?? (() => true);
    const all = list?.rows ?? [], rows = all.filter((one) => one.search.includes(words) && isLike(one));
    grid.update(rows, values.sort);
    const some = list?.hasMore ? `; only the newest ${number(all.length)} are looked at: filter by event or transport` : "";
    setText(bar.note, list?.isLoading ? `${number(all.length)} so far…`
      : (rows.length === all.length ? plural(all.length, "subscription") : `${number(rows.length)} of ${plural(all.length, "subscription")}`) + some);
    if (list?.trouble && list.trouble.status !== 0) showTrouble(list.trouble, problem);
    else problem.replaceChildren();
  }
  let timer = null;
  return {
    title: "Subscribers",
    actions: [link("#/subscribe", "Subscribe", { class: "button primary" })],
    element: h("div", null, bar, problem, grid.element),
    show(query) {
      values = query;
      bar.show(query);
      fillEventNames();
      const wanted = JSON.stringify([query.event, query.transport]);
      clearTimeout(timer);
      if (wanted === filter) return refresh();
      timer = setTimeout(() => {
        filter = wanted;
        list?.dispose();
        list = new Subscribers({ event: query.event, transport: query.transport }, refresh);
        refresh();
      }, list ? 300 : 0);
    },
    update(topics) { if (topics.has("connection") && store.connection.state === "up") list?.hurry(); },
    tick() { grid.refill("left"); },
    dispose() { clearTimeout(timer); list?.dispose(); grid.dispose(); },
  };
}

const reasonList = (reasons) => Object.entries(reasons ?? {}).map(([reason, count]) => `${reason} ${number(count)}`).join(", ") || null;

function subscriptionFacts(one) {
  const { deliveries, destination } = one;
  return h("div", { class: "columns" },
    h("section", null, h("h2", null, "Subscription"), facts([
      ["Event", link(eventLink(one.event), one.event)], ["Socket", h("code", null, one.socket)], ["Transport", one.transport],
      ["Lifetime", one.permanent ? "for ever" : duration(one.expire)], ["Time left", h("span", { class: "left" }, leftText(one))],
      ["Ends", one.permanent ? null : timeElement(one.expires_at)], ["Subscribed", timeElement(one.created_at)], ["By", one.created_by]])),
    h("section", null, h("h2", null, "Deliveries"), facts([
      ["State", badge(one.health.kind, one.health.text)], ["Matched", number(deliveries.matched)], ["Delivered", number(deliveries.delivered)],
      ["Failed", number(deliveries.failed)], ["Failed by", reasonList(deliveries.failed_by)],
      ["Dropped", number(deliveries.dropped)], ["Dropped by", reasonList(deliveries.dropped_by)], ["Pending", number(deliveries.pending)]])),
    destination && h("section", null, h("h2", null, "Destination"), facts([
      ["Breaker", { closed: "closed: deliveries go out", open: "open: it is left alone", half_open: "half open: one attempt decides" }[destination.state]],
      ["Failures in a row", number(destination.consecutive_failures)], ["Last error", destination.last_error],
      ["Of", destination.last_error_at && timeElement(destination.last_error_at)], ["Next attempt", destination.next_attempt_at && timeElement(destination.next_attempt_at)]]),
    destination.members?.length > 0 && h("ul", { class: "members" }, destination.members.map((member) =>
      h("li", null, h("code", null, member.socket ?? ""), " ", member.state ?? "", member.last_error ? `: ${member.last_error}` : "")))));
}

// What a test of a subscriber found.
function testResult(result) {
  const kind = { ok: "good", warning: "warn", failed: "bad" }[result.verdict] ?? "none";
  return h("div", { class: "result" },
    h("p", null, badge(kind, { ok: "It works", warning: "It works, but", failed: "It does not work" }[result.verdict] ?? result.verdict), " ", result.message),
    result.remedy && h("p", null, h("strong", null, "What to do: "), result.remedy),
    facts([["Code", result.code && h("code", null, result.code)], ["Socket", result.socket && h("code", null, result.socket)],
      ["Took", result.milliseconds === undefined ? null : span(result.milliseconds * 1000)]]),
    result.attempt && attemptTable([result.attempt], "The attempt"),
    result.tests?.length > 0 && h("ul", { class: "deliveries" }, result.tests.map((one) => h("li", null, testResult(one)))));
}

function oneSubscriber(id) {
  const problem = h("div"), place = h("div", null, h("p", { class: "empty" }, "Loading…"));
  const outcome = h("div");
  const stopper = new AbortController();
  let subscription = null, wake = () => {};
  const path = `/subscriptions/${escaped(id)}`;

  const tester = button("Test", () => busy(tester, outcome, async () => {
    setText(tester, "Testing…");
    try {
      const result = (await api.post(path + "/test?timeout=5s", undefined, { timeout: 30 })).data;
      outcome.replaceChildren(h("section", { class: "panel" }, h("h2", null, "Test"), testResult(result)));
      say(result.message);
    } finally { setText(tester, "Test"); }
  }), { class: "button" });

  const seconds = field("Seconds", input({ type: "number", min: 1, max: 31536000, value: 3600, inputmode: "numeric" }));
  const renewer = button("Renew", () => busy(renewer, outcome, async () => {
    const answer = await api.send("PATCH", path, { body: JSON.stringify({ expire: Number(seconds.control.value) }) });
    take(answer.data);
    notice(`Renewed for ${duration(answer.data.expire)}.`);
  }, { "/expire": seconds }), { class: "button" });
  const keeper = button("Keep for ever", () => busy(keeper, outcome, async () => {
    take((await api.send("PATCH", path, { body: JSON.stringify({ permanent: true }) })).data);
    notice("It does not end by itself any more.");
  }), { class: "button" });

  const ender = button("Unsubscribe", async () => {
    const name = subscription ? `${subscription.socket} is told of ${subscription.event} no more.` : "";
    if (!await confirmed("Unsubscribe?", `${name} Once that is done, no delivery starts any more; this cannot be undone.`, "Unsubscribe")) return;
    await busy(ender, outcome, async () => {
      await api.send("DELETE", path);
      stopper.abort();
      notice("Unsubscribed.");
      router.go(placed("subscribers"));
    });
  }, { class: "button danger" });

  function take(data) {
    subscription = prepare(data);
    const { ttl_seconds, search, ...rest } = data;
    setChild(place, JSON.stringify(rest), () => subscriptionFacts(subscription));
  }
  const actions = h("section", { class: "panel", "aria-label": "Actions" },
    h("div", { class: "buttons" }, tester, ender),
    h("div", { class: "buttons renew" }, seconds, renewer, keeper));
  (async () => {
    while (!stopper.signal.aborted) {
      try {
        take(await api.get(path, { signal: stopper.signal }));
        problem.replaceChildren();
      } catch (trouble) {
        if (stopper.signal.aborted) return;
        if (trouble.status !== 0) {
          place.replaceChildren();
          actions.hidden = true;
          return showTrouble(trouble, problem);
        }
      }
      const waiter = new AbortController();
      wake = () => waiter.abort();
      await pause(document.hidden ? 20 : 2, AbortSignal.any([stopper.signal, waiter.signal]));
    }
  })();
  return {
    title: `Subscription ${id}`,
    above: link("#/subscribers", "Subscribers"),
    element: h("div", null, problem, actions, outcome, place),
    update(topics) { if (topics.has("connection") && store.connection.state === "up") wake(); },
    tick() {
      const left = place.querySelector(".left");
      if (left && subscription) setText(left, leftText(subscription));
    },
    dispose() { stopper.abort(); },
  };
}
