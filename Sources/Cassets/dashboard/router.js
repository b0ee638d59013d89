// Where the page is: all of it stands behind the `#`, so a link shows another what one sees, and "back" goes back.

const router = {
  // By name: (argument, query) → view.
  views: {},
  view: null,
  at: { name: null, argument: null, query: {} },

  read() {
    const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
    const parts = path.split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
    const parameters = new URLSearchParams(search);
    const values = {};
    for (const name of parameters.keys()) values[name] = name === "p" ? parameters.getAll("p") : parameters.get(name);
    return { name: parts[0] || "events", argument: parts[1] || null, query: values };
  },

  show() {
    const at = router.read();
    if (!Object.hasOwn(router.views, at.name)) at.name = "missing";
    const before = router.at, isSame = router.view && before.name === at.name && before.argument === at.argument;
    router.at = at;
    if (isSame) {
      router.view.show?.(at.query);
    } else {
      router.view?.dispose?.();
      const view = router.view = router.views[at.name](at.argument, at.query);
      const heading = h("h1", { tabindex: "-1" }, view.title);
      const main = document.getElementById("main");
      main.replaceChildren(h("div", { class: "heading" }, view.above && h("p", { class: "above" }, view.above), heading, view.actions && h("div", { class: "actions" }, view.actions)), view.element);
      document.title = `${view.title} – Carillon`;
      view.show?.(at.query);
      view.update?.(new Set(["events", "counts", "status", "live", "connection"]));
      if (before.name !== null) {
        scrollTo(0, 0);
        heading.focus({ preventScroll: true });
      }
    }
    for (const place of document.querySelectorAll("nav a")) {
      if (place.dataset.view.split(" ").includes(at.name)) place.setAttribute("aria-current", "page");
      else place.removeAttribute("aria-current");
    }
    document.body.dataset.view = at.name;
  },

  go(href) { location.hash = href; },

  // Changes parts of the query; what is typed leaves no trail behind for "back".
  set(patch, isTyped = false) {
    const next = { ...router.at.query, ...patch };
    const href = placed(router.at.name, router.at.argument, next);
    if (href === location.hash || (href === "#/events" && location.hash === "")) return;
    history[isTyped ? "replaceState" : "pushState"](null, "", href);
    router.show();
  },
};

// The link to a view.
function placed(name, argument, values = {}) {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (Array.isArray(value)) value.forEach((one) => parameters.append(key, one));
    else if (value !== "" && value !== null && value !== undefined) parameters.set(key, value);
  }
  const search = parameters.toString();
  return `#/${name}${argument === null || argument === undefined ? "" : "/" + escaped(argument)}${search ? "?" + search : ""}`;
}

// Controls that filter, each with its place in the query. `options`: a select; none: what is typed.
function filterBar(label, controls) {
  const form = h("form", { class: "filters", role: "search", "aria-label": label, onsubmit: (event) => event.preventDefault() });
  const known = new Map();
  for (const { name, title, options, placeholder, list } of controls) {
    const control = options
      ? select(options, "", (value) => router.set({ [name]: value }))
      : input({ type: "search", placeholder, list, oninput: (event) => router.set({ [name]: event.target.value.trim() }, true) });
    control.id = "filter-" + name;
    known.set(name, control);
    form.append(h("div", { class: options ? "filter" : "filter typed" }, h("label", { for: control.id }, title), control));
  }
  form.note = h("p", { class: "note", role: "status" });
  form.append(form.note);
  // Shows what the link says.
  form.show = (values) => {
    for (const [name, control] of known) {
      const value = values[name] ?? "";
      if (control.value.trim() !== value) control.value = value;
      if (control.value.trim() !== value) control.selectedIndex = 0;
    }
  };
  return form;
}
