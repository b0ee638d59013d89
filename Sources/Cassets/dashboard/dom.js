// Elements and words. Text from the service is set as text, never as markup: there is no innerHTML in these files, and
// the page's Content-Security-Policy forbids it.

const SVG = "http://www.w3.org/2000/svg";

// An element. Properties: `onNAME` listens, true is an empty attribute, false and null are none.
function h(name, properties, ...children) {
  return dress(document.createElement(name), properties, children);
}

// The same in SVG.
function svg(name, properties, ...children) {
  return dress(document.createElementNS(SVG, name), properties, children);
}

function dress(element, properties, children) {
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Changes an element's text only where it is another: what is selected or read aloud stays.
function setText(element, text) {
  if (element.shownText !== text) element.textContent = element.shownText = text;
  return element;
}

// Gives `element` one child that `make` makes, only where `key` is another than before.
function setChild(element, key, make) {
  if (element.shownKey === key) return;
  element.shownKey = key;
  element.replaceChildren(make());
}

const link = (href, text, properties) => h("a", { href, ...properties }, text);
const button = (text, onclick, properties) => h("button", { type: "button", onclick, ...properties }, text);

// Facts as a list of terms and their descriptions; what is null is left out.
function facts(rows) {
  return h("dl", { class: "facts" },
    rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

// Every state has a shape besides its colour, and its name besides both.
const shapes = { good: "●", wait: "◐", warn: "▲", bad: "■", none: "○" };

function badge(kind, text, properties) {
  return h("span", { class: "badge " + kind, ...properties },
    h("span", { "aria-hidden": "true", class: "shape" }, shapes[kind]), " " + text);
}

// ---- Numbers, times, sizes

const grouped = new Intl.NumberFormat("en-GB");
const number = (value) => grouped.format(value ?? 0);

// "1 subscriber", "2 subscribers".
const plural = (value, one, many = one + "s") => `${number(value)} ${value === 1 ? one : many}`;

const two = (value) => String(value).padStart(2, "0");

// Seconds as people say them.
function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const days = Math.floor(whole / 86400), hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  if (days > 0) return `${days} d ${two(hours)} h`;
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  if (minutes > 0) return `${minutes} min ${two(whole % 60)} s`;
  return `${whole} s`;
}

// Microseconds in the unit that fits.
function span(microseconds) {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toFixed(microseconds < 1e4 ? 2 : 1)} ms`;
  return `${(microseconds / 1e6).toFixed(2)} s`;
}

// The time of day here, of a time of the service; today's without the date.
function clock(text, milliseconds = false) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return String(text);
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} `;
  const now = new Date();
  const isToday = time.toDateString() === now.toDateString();
  return (isToday ? "" : day) + `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
    + (milliseconds ? "." + String(time.getMilliseconds()).padStart(3, "0") : "");
}

const timeElement = (text, milliseconds) => h("time", { datetime: text, title: text }, clock(text, milliseconds));

// A value of a param as JSON, so that "5" and 5 look different.
const literal = (value) => value instanceof ExactNumber ? value.text : JSON.stringify(value);

// Params in one line: `ip "192.0.2.7"  port 5060`.
function paramsLine(params) {
  if (params === undefined || params === null) return "";
  if (Array.isArray(params)) return params.map(literal).join(", ");
  return Object.entries(params).map(([name, value]) => `${name} ${literal(value)}`).join("  ");
}

// Params as a table for a receipt.
function paramsTable(params) {
  const rows = Array.isArray(params) ? params.map((value, index) => [`(${index + 1})`, value]) : Object.entries(params ?? {});
  if (rows.length === 0) return h("p", { class: "quiet" }, "No params.");
  return facts(rows.map(([name, value]) => [name, h("code", null, literal(value))]));
}

// ---- Saying things

let spokenAt = 0;

// Tells screen readers, politely; `bounded` messages at most every 15 seconds.
function say(text, bounded = false) {
  const now = performance.now();
  if (bounded && now - spokenAt < 15000) return;
  spokenAt = now;
  document.getElementById("spoken").textContent = text;
}

// Shows a note at the foot of the page for a while.
function notice(text) {
  const note = document.getElementById("notice");
  note.textContent = text;
  note.hidden = false;
  say(text);
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => { note.hidden = true; }, 6000);
}
