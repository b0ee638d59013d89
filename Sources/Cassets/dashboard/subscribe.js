// Subscribing a socket to an event.

const socketSamples = [
  ["udp:192.0.2.7:5050", "a UDP datagram for each occurrence"],
  ["unix:/run/board.sock", "a datagram to a UNIX socket"],
  ["http://192.0.2.7:9000/rpc", "a JSON-RPC call over HTTP"],
  ["http://board.example/rpc#mode=request&timeout=2s", "a call that waits for its result"],
  ["tcp:192.0.2.7:9000#framing=newline", "JSON-RPC on a TCP connection"],
  ["xmlrpc:192.0.2.7:8000:notify", "an XML-RPC call"],
  ["rabbitmq:broker.example/events", "a message to a RabbitMQ broker"],
  ["flatstore:calls.csv", "a line in a file of the service"],
  ["virtual:FAILOVER udp:192.0.2.7:5050 udp:192.0.2.8:5050", "the first that works"],
];

router.views.subscribe = (argument, values) => {
  const event = field("Event", eventInput({ required: true, value: values.event ?? "" }));
  const socket = field("Socket", input({ required: true, maxlength: 2048, value: values.socket ?? "", placeholder: "udp:192.0.2.7:5050" }),
    { hint: "Where it wants to be told.", wide: true });
  const expire = field("Lifetime in seconds", input({ type: "number", min: 1, max: 31536000, value: 3600, inputmode: "numeric" }),
    { hint: "Subscribing again, or renewing, makes it longer." });
  const permanent = h("input", { type: "checkbox", id: "permanent", onchange: () => { expire.control.disabled = permanent.checked; } });
  const format = field("Format", select([["", "As the socket says"], ["json", "JSON"], ["lines", "Lines, as OpenSIPS 2"]], ""), { hint: "Of datagrams and messages to brokers." });
  const outcome = h("div", { class: "outcome" });
  const fields = { "/event": event, "/socket": socket, "/expire": expire, "/format": format };
  const sender = h("button", { type: "submit", class: "button primary" }, "Subscribe");
  const form = h("form", { class: "sheet", novalidate: true, onsubmit: (submitted) => {
    submitted.preventDefault();
    const body = { event: event.control.value.trim(), socket: socket.control.value.trim() };
    for (const [one, text] of [[event, body.event], [socket, body.socket]]) {
      one.complain(null);
      if (!text) { one.complain("Something has to be here."); return one.control.focus(); }
    }
    if (permanent.checked) body.permanent = true;
    else body.expire = Number(expire.control.value);
    if (format.control.value) body.format = format.control.value;
    busy(sender, outcome, async () => {
      if (!permanent.checked && !(Number.isInteger(body.expire) && body.expire > 0)) throw new Trouble(422, "", "", [{ pointer: "/expire", detail: "Whole seconds, at least 1." }]);
      const answer = await api.post("/subscriptions", body);
      notice(answer.status === 201 ? "Subscribed." : "It was subscribed already, and is renewed.");
      router.go(placed("subscribers", answer.data.id));
    }, fields);
  } }, event, socket, expire, h("div", { class: "check" }, permanent, h("label", { for: "permanent" }, "For ever")), format,
  h("div", { class: "buttons" }, sender), outcome);
  const samples = h("section", { class: "samples" }, h("h2", null, "What a socket looks like"),
    h("ul", null, socketSamples.map(([text, words]) => h("li", null,
      button(text, () => { socket.control.value = text; socket.control.focus(); }, { class: "sample" }), h("span", { class: "quiet" }, words)))));
  return {
    title: "Subscribe",
    above: link("#/subscribers", "Subscribers"),
    element: h("div", { class: "split" }, form, samples),
    update(topics) { if (topics.has("events")) fillEventNames(); },
  };
};

router.views.missing = () => ({
  title: "Not found",
  element: h("p", { class: "empty" }, "This page has no such place. ", link("#/events", "To the events")),
});
