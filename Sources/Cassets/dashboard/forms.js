// Fields, what is wrong in them, and dialogs.

let fieldNumber = 0;

// A labelled control, with a hint below and room for what is wrong.
function field(label, control, { hint, wide } = {}) {
  const id = "field-" + (++fieldNumber);
  control.id = id;
  const error = h("p", { class: "error", id: id + "-error", hidden: true });
  const ids = [];
  if (hint) ids.push(id + "-hint");
  ids.push(id + "-error");
  control.setAttribute("aria-describedby", ids.join(" "));
  const element = h("div", { class: wide ? "field wide" : "field" }, h("label", { for: id }, label), control,
    hint && h("p", { class: "hint", id: id + "-hint" }, hint), error);
  element.complain = (text) => {
    error.hidden = !text;
    error.textContent = text ?? "";
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  element.control = control;
  return element;
}

const input = (properties) => h("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...properties });

function select(options, chosen, onchange) {
  const element = h("select", { onchange: onchange && ((event) => onchange(event.target.value)) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  return element;
}

// The names of all events, for fields to choose from; one list for all of them.
const eventNames = h("datalist", { id: "event-names" });

function fillEventNames() {
  const names = [...store.events.keys()].slice(0, 1000);
  setChild(eventNames, names.join(" "), () => {
    const fragment = document.createDocumentFragment();
    fragment.append(...names.map((name) => h("option", { value: name })));
    return fragment;
  });
}

const eventInput = (properties) => {
  fillEventNames();
  return input({ list: "event-names", maxlength: 64, ...properties });
};

// Shows a `Trouble`: what belongs to a field at the field, the rest in `place`. `fields` by JSON pointer or parameter.
function showTrouble(trouble, place, fields = {}) {
  for (const one of Object.values(fields)) one.complain(null);
  place.replaceChildren();
  if (!trouble) return;
  const rest = [];
  let first = null;
  for (const { pointer, parameter, detail } of trouble.places ?? []) {
    const one = fields[pointer ?? parameter];
    if (one) { one.complain(detail); first ??= one; }
    else rest.push(`${pointer || parameter || ""} ${detail}`.trim());
  }
  if (rest.length || !first) rest.unshift(trouble.message);
  if (rest.length) place.append(h("p", { class: "trouble", role: "alert" }, badge("bad", rest.join(" "))));
  first?.control.focus();
}

// Runs `work` while the button is busy; what goes wrong is shown at `place`.
async function busy(control, place, work, fields) {
  showTrouble(null, place, fields);
  control.setAttribute("aria-disabled", "true");
  if (control.isBusy) return;
  control.isBusy = true;
  try {
    await work();
  } catch (trouble) {
    showTrouble(trouble instanceof Trouble ? trouble : new Trouble(0, "", String(trouble.message ?? trouble)), place, fields);
  } finally {
    control.isBusy = false;
    control.removeAttribute("aria-disabled");
  }
}

// A dialog; resolves with what closed it, "" for Escape. The focus comes back to where it was.
function openDialog(title, content, buttons, onOpen) {
  return new Promise((resolve) => {
    const back = document.activeElement;
    const heading = h("h2", { id: "dialog-title" }, title);
    const form = h("form", { method: "dialog" }, heading, content, h("div", { class: "buttons" }, buttons));
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (back?.isConnected) back.focus();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
    onOpen?.(dialog);
  });
}

// Asks; the answer that changes nothing has the focus.
async function confirmed(title, text, verb) {
  const cancel = h("button", { value: "", class: "quiet" }, "Cancel");
  return await openDialog(title, h("p", null, text),
    [h("button", { value: "yes", class: "danger" }, verb), cancel], () => cancel.focus()) === "yes";
}

// Asks who calls: a token, or a name and a password. True where something was given.
async function askWho(wasRefused) {
  const user = field("User", input({ autocomplete: "off" }), { hint: "Only where the service takes names and passwords; leave it empty for a token." });
  const secret = field("Token or password", input({ type: "password", required: true, autocomplete: "off" }),
    { hint: "Kept in this tab until it is closed, and sent to this service only." });
  const answer = await openDialog("Who are you?", [
    h("p", null, wasRefused ? "The service does not know these credentials." : "This service wants to know who calls."),
    secret, user,
  ], [h("button", { value: "yes", class: "primary" }, "Sign in"), h("button", { value: "", class: "quiet", formnovalidate: true }, "Cancel")],
  () => secret.control.focus());
  if (answer !== "yes") return false;
  const name = user.control.value, text = secret.control.value.trim();
  // A header takes visible ASCII only, and no token is anything else.
  if (!name && !/^[!-~]+$/.test(text)) return askWho(true);
  const bytes = new TextEncoder().encode(`${name}:${text}`);
  session.authorization = name ? "Basic " + btoa(String.fromCharCode(...bytes)) : "Bearer " + text;
  return true;
}
