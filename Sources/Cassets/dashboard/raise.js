// Raising an event, and seeing before who would get which bytes.

const numberPattern = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

// Params as rows; in links as `p=name=text` and `p=name:=JSON`.
class ParamRows {
  static rowsMax = 64;

  constructor(onChange) {
    this.onChange = onChange;
    this.rows = [];
    this.list = h("ul", { class: "params" });
    this.error = h("p", { class: "error", role: "alert", hidden: true });
    this.adder = button("Add a param", () => { this.add().name.focus(); this.onChange(); }, { class: "button" });
    this.element = h("fieldset", null, h("legend", null, "Params"),
      h("p", { class: "hint" }, "All have a name, or none has: then they are bare values."), this.list, this.error, this.adder);
  }

  add(name = "", type = "text", value = "") {
    const row = {
      name: input({ "aria-label": "Name of the param", placeholder: "name", maxlength: 64 }),
      type: select([["text", "text"], ["number", "number"], ["boolean", "true or false"]], type, () => this.dressRow(row)),
      place: h("span", { class: "value" }),
    };
    row.type.setAttribute("aria-label", "Type of the param");
    row.name.value = name;
    row.remove = button("Remove", () => {
      this.rows = this.rows.filter((one) => one !== row);
      row.element.remove();
      this.adder.focus();
      this.onChange();
    }, { class: "button quiet", "aria-label": "Remove this param" });
    row.element = h("li", null, row.name, row.type, row.place, row.remove);
    row.element.addEventListener("input", () => this.onChange());
    this.dressRow(row, value);
    this.rows.push(row);
    this.list.append(row.element);
    this.adder.disabled = this.rows.length >= ParamRows.rowsMax;
    return row;
  }

  // The field for the value fits the type.
  dressRow(row, value = row.value?.value ?? "") {
    row.value = row.type.value === "boolean" ? select([["true", "true"], ["false", "false"]], value === "false" ? "false" : "true")
      : input({ placeholder: row.type.value === "number" ? "42" : "value", inputmode: row.type.value === "number" ? "decimal" : "text" });
    if (row.type.value !== "boolean") row.value.value = value;
    row.value.setAttribute("aria-label", "Value of the param");
    row.place.replaceChildren(row.value);
  }

  // What the rows say, for a link.
  get texts() {
    return this.rows.map((row) => {
      const isJSON = row.type.value !== "text";
      return `${row.name.value}${isJSON ? ":=" : "="}${row.value.value}`;
    });
  }

  set texts(texts) {
    this.rows = [];
    this.list.replaceChildren();
    for (const text of texts.slice(0, ParamRows.rowsMax)) {
      const [, name, sign, value] = /^([^=]*?)(:?=)(.*)$/s.exec(text) ?? [null, "", "=", text];
      this.add(name, sign === "=" ? "text" : /^(true|false)$/.test(value) ? "boolean" : "number", value);
    }
  }

  // The body of a raise, with the digits as they were typed. Throws an `Error` that says what is wrong.
  body() {
    this.error.hidden = true;
    const rows = this.rows.filter((row) => row.name.value || row.value.value);
    if (rows.length === 0) return "{}";
    const isNamed = rows.some((row) => row.name.value);
    const names = rows.map((row) => row.name.value);
    if (isNamed && names.includes("")) throw this.complain("Every param has a name, or none has.");
    if (isNamed && new Set(names).size < names.length) throw this.complain("Two params have the same name.");
    const values = rows.map((row) => {
      if (row.type.value === "text") return JSON.stringify(row.value.value);
      if (row.type.value === "number" && !numberPattern.test(row.value.value)) throw this.complain(`“${row.value.value}” is no number.`, row.value);
      return row.value.value;
    });
    return isNamed ? `{"params":{${rows.map((row, index) => `${JSON.stringify(row.name.value)}:${values[index]}`).join(",")}}}`
      : `{"params":[${values.join(",")}]}`;
  }

  complain(text, control = this.rows[0].name) {
    this.error.textContent = text;
    this.error.hidden = false;
    control.focus();
    return new Refusal(text);
  }
}

// Something is wrong that has been said already.
class Refusal extends Error {}

router.views.raise = () => {
  const event = field("Event", eventInput({ required: true, name: "event" }));
  const params = new ParamRows(() => remember());
  const waits = h("input", { type: "checkbox", id: "wait", checked: true });
  const outcome = h("div", { class: "outcome" });
  const fields = { name: event };
  let isTouched = false, remembering = null;

  function remember() {
    isTouched = true;
    clearTimeout(remembering);
    remembering = setTimeout(() => router.set({ event: event.control.value.trim(), p: params.texts }, true), 300);
  }

  // The documented params of a static event, as long as nobody has typed any.
  function offer() {
    const data = store.events.get(event.control.value.trim())?.data;
    if (isTouched && params.rows.some((row) => row.value.value)) return;
    if (data?.params.length) params.texts = data.params.map((name) => name + "=");
  }

  async function send(control, values, show) {
    event.complain(null);
    const name = event.control.value.trim();
    if (!name) { event.complain("Which event?"); return event.control.focus(); }
    let body;
    try { body = params.body(); } catch (error) { if (error instanceof Refusal) return; throw error; }
    await busy(control, outcome, async () => {
      const answer = await api.post(query(`/events/${escaped(name)}/raise`, values), body, { timeout: 15 });
      outcome.replaceChildren(show(answer.data));
      say(outcome.querySelector("h2").textContent);
      outcome.scrollIntoView({ block: "nearest" });
    }, fields);
  }

  const previewer = button("Preview", () => send(previewer, { dry_run: "true" }, previewContent), { class: "button" });
  const raiser = h("button", { type: "submit", class: "button primary" }, "Raise");
  const form = h("form", { class: "sheet", novalidate: true, onsubmit: (submitted) => {
    submitted.preventDefault();
    send(raiser, waits.checked ? { wait: "delivered", timeout: "5s" } : {}, raisedContent);
  } }, event, params.element,
  h("div", { class: "check" }, waits, h("label", { for: "wait" }, "Show the receipt when all deliveries have ended, after 5 seconds at most")),
  h("div", { class: "buttons" }, raiser, previewer));
  event.control.addEventListener("input", remember);
  event.control.addEventListener("change", offer);
  return {
    title: "Raise an event",
    above: link("#/events", "Events"),
    element: h("div", { class: "split" }, form, outcome),
    show(values) {
      const texts = values.p ?? [];
      if (document.activeElement?.closest?.("form") !== form || !isTouched) {
        event.control.value = values.event ?? "";
        if (texts.join("\n") !== params.texts.join("\n")) params.texts = texts;
        if (texts.length === 0) offer();
        if (params.rows.length === 0) params.add();
      }
    },
    update(topics) {
      if (!topics.has("events")) return;
      fillEventNames();
      if (!isTouched && params.texts.every((text) => text === "=")) offer();
    },
    dispose() { clearTimeout(remembering); },
  };
};

function raisedContent(data) {
  const receiptLink = link(placed("occurrences", data.id), "Open the receipt", { class: "button" });
  return h("section", { class: "panel" }, h("h2", null, `Raised for ${plural(data.matched, "subscriber")}`),
    data.deliveries ? receiptContent(data) : facts([["Id", h("code", null, data.id)], ["Time", timeElement(data.time, true)]]),
    h("div", { class: "buttons" }, receiptLink));
}

const forecasts = { send: ["good", "would be sent"], wait: ["wait", "would wait"], fail: ["bad", "would fail"], drop: ["warn", "would be dropped"] };

function payloadText({ payload, encoding }) {
  if (encoding !== "base64") return payload;
  try {
    return Array.from(atob(payload), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
  } catch { return payload; }
}

// What a dry run says.
function previewContent(data) {
  const list = h("ul", { class: "deliveries" }, (data.deliveries ?? []).map((one) => {
    const [kind, words] = forecasts[one.forecast] ?? ["none", one.forecast];
    return h("li", { class: "delivery" },
      h("div", { class: "line" }, badge(kind, words), h("code", null, one.member?.socket ?? one.socket), h("span", { class: "quiet" }, one.member ? `member, ${one.member.transport}` : one.transport),
        link(placed("subscribers", one.subscription), `Subscription ${one.subscription}`)),
      (one.reason || one.message) && h("p", null, [one.reason, one.message].filter(Boolean).join(": ")),
      one.payload !== undefined && h("figure", { class: "payload" },
        h("figcaption", null, `${plural(one.bytes ?? 0, "byte")}${one.encoding === "base64" ? ", in hexadecimal" : ""}`), h("pre", null, payloadText(one))));
  }));
  return h("section", { class: "panel" },
    h("h2", null, `Would reach ${plural(data.matched, "subscriber")}`),
    h("p", { class: "quiet" }, "Nothing was raised.", data.known === false && " This event does not exist yet; raising it would create it."),
    data.complete === false && h("p", { class: "quiet" }, `The first ${number(data.deliveries?.length)} of them:`),
    list,
    data.unmatched?.length > 0 && [h("h3", null, "Who probably meant this event, and would not be told"),
      h("ul", { class: "deliveries" }, data.unmatched.map((one) => h("li", { class: "delivery" },
        h("div", { class: "line" }, badge("none", one.event), h("code", null, one.socket),
          link(placed("subscribers", one.subscription), `Subscription ${one.subscription}`)), h("p", null, one.message))))]);
}
