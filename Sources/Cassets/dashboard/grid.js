// A table of any length: only the rows on the screen are in the document. All rows are equally high (`--row` of the
// stylesheet), so the page itself scrolls, and a screen reader is told how many there are.

class Grid {
  static around = 8;
  static all = new Set();

  // Columns: { id, title, number?, sort?(row), fill(cell, row), width? }. `key(row)` tells rows apart; `onSort(text)` is told
  // the column, with `-` in front where it goes downwards.
  constructor({ label, columns, key, empty, onSort, kind = "" }) {
    Object.assign(this, { columns, key, onSort });
    this.rows = [];
    this.shown = new Map();
    this.sorting = "";
    this.upper = this.spacer();
    this.lower = this.spacer();
    this.body = h("tbody", { role: "rowgroup" }, this.upper, this.lower);
    this.heads = columns.map((column) => this.head(column));
    this.table = h("table", { class: "grid " + kind, "aria-label": label, role: "table" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, this.heads)), this.body);
    this.empty = h("p", { class: "empty", hidden: true });
    this.emptyText = empty;
    this.element = h("div", { class: "gridbox" }, this.table, this.empty);
    this.table.addEventListener("keydown", (event) => this.onKey(event));
    Grid.all.add(this);
  }

  dispose() { Grid.all.delete(this); }

  spacer() {
    return h("tr", { class: "spacer", "aria-hidden": "true" }, h("td"));
  }

  head(column) {
    const cell = h("th", { scope: "col", role: "columnheader", class: this.className(column) });
    if (!column.sort || !this.onSort) cell.append(column.hidden ? h("span", { class: "unseen" }, column.title) : column.title);
    else {
      cell.append(button(column.title, () => {
        // Numbers are looked at from the greatest down.
        const first = column.number ? "-" + column.id : column.id, second = column.number ? column.id : "-" + column.id;
        this.onSort(this.sorting === first ? second : this.sorting === second ? "" : first);
      }, { class: "sort" }));
    }
    return cell;
  }

  className(column) { return `c-${column.id}${column.number ? " number" : ""}`; }

  // Sorts `rows` as told, and shows them.
  update(rows, sorting = "") {
    this.sorting = sorting;
    const descends = sorting.startsWith("-");
    const column = this.columns.find((one) => one.sort && one.id === sorting.replace(/^-/, ""));
    this.columns.forEach((one, index) => {
      if (!one.sort) return;
      if (one === column) this.heads[index].setAttribute("aria-sort", descends ? "descending" : "ascending");
      else this.heads[index].removeAttribute("aria-sort");
    });
    if (column) {
      const sign = descends ? -1 : 1;
      const keyed = rows.map((row) => [column.sort(row), row]);
      keyed.sort((one, other) => (one[0] < other[0] ? -sign : one[0] > other[0] ? sign : 0));
      rows = keyed.map((pair) => pair[1]);
    }
    this.rows = rows;
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    this.empty.hidden = rows.length > 0;
    if (rows.length === 0) setText(this.empty, typeof this.emptyText === "function" ? this.emptyText() : this.emptyText);
    this.render(true);
  }

  get rowHeight() { return parseFloat(getComputedStyle(this.table).getPropertyValue("--row")) || 40; }

  // Shows the rows that are on the screen. `fresh`: what they show may have changed.
  render(fresh = false) {
    if (!this.table.isConnected) return;
    const height = this.rowHeight, count = this.rows.length;
    const above = -this.body.getBoundingClientRect().top / height;
    const first = Math.max(0, Math.min(count, Math.floor(above)) - Grid.around);
    const end = Math.min(count, Math.max(0, Math.ceil(above + innerHeight / height)) + Grid.around);
    this.upper.firstChild.style.height = `${first * height}px`;
    this.lower.firstChild.style.height = `${Math.max(0, count - Math.max(end, first)) * height}px`;
    const focused = document.activeElement;
    const kept = new Map();
    let place = this.upper.nextSibling;
    for (let index = first; index < end; index++) {
      const row = this.rows[index], key = this.key(row);
      let line = this.shown.get(key);
      const isNew = line === undefined;
      if (isNew) line = this.line();
      if (isNew || fresh || line.row !== row) this.fill(line, row);
      line.setAttribute("aria-rowindex", index + 2);
      kept.set(key, line);
      if (line === place) place = place.nextSibling;
      else this.body.insertBefore(line, place);
    }
    while (place !== this.lower) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
    this.shown = kept;
    // A row that changed its place keeps the focus.
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  }

  line() {
    return h("tr", { role: "row" }, this.columns.map((column) =>
      h("td", { role: "cell", class: this.className(column), "data-title": column.hidden ? null : column.title })));
  }

  fill(line, row) {
    line.row = row;
    this.columns.forEach((column, index) => column.fill(line.childNodes[index], row));
  }

  // Fills one column anew: what counts down.
  refill(id) {
    const index = this.columns.findIndex((column) => column.id === id);
    for (const line of this.shown.values()) this.columns[index].fill(line.childNodes[index], line.row);
  }

  // Arrows go from row to row.
  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const line = event.target.closest?.("tbody tr");
    if (!step || !line || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = step > 0 ? line.nextElementSibling : line.previousElementSibling;
    const goal = next?.querySelector("a, button");
    if (!goal) return;
    event.preventDefault();
    goal.focus();
  }

  // Draws all grids before the next frame.
  static schedule() {
    Grid.frame ??= requestAnimationFrame(() => {
      Grid.frame = null;
      for (const grid of Grid.all) grid.render();
    });
  }
}

addEventListener("scroll", Grid.schedule, { passive: true });
addEventListener("resize", Grid.schedule, { passive: true });

// Cells that hold a text, or a link to a place of this page.
const textCell = (text) => (cell, row) => { setText(cell, text(row)); };
const numberCell = (value) => (cell, row) => {
  setText(cell, number(value(row)));
  cell.classList.toggle("zero", value(row) === 0);
};
const linkCell = (href, text, more) => (cell, row) => {
  if (!cell.firstChild) cell.append(h("a"), ...(more ? [h("span", { class: "under" })] : []));
  const target = href(row);
  if (cell.shownTarget !== target) cell.firstChild.setAttribute("href", cell.shownTarget = target);
  setText(cell.firstChild, text(row));
  if (more) setText(cell.lastChild, more(row));
};
