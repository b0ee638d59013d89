// Plots of the last hour: a bar a minute, the newest at the right.

// How often something happened in the last hour, in steps of ten seconds.
class History {
  static step = 10;
  static steps = 360;

  constructor() {
    this.counts = new Float64Array(History.steps);
    this.newest = 0;
  }

  // Makes `step` (seconds since 1970 / 10) the newest, if it is newer.
  advance(step) {
    if (step <= this.newest) return;
    for (let past = Math.max(this.newest + 1, step - History.steps + 1); past <= step; past++) {
      this.counts[past % History.steps] = 0;
    }
    this.newest = step;
  }

  add(milliseconds, count) {
    const step = Math.floor(milliseconds / 1000 / History.step);
    this.advance(step);
    if (step > this.newest - History.steps) {
      this.counts[step % History.steps] = Math.max(0, this.counts[step % History.steps] + count);
    }
  }

  // So many in the newest `steps`.
  sum(now, steps = History.steps) {
    const step = Math.floor(now / 1000 / History.step);
    let sum = 0;
    for (let past = step; past > step - steps; past--) {
      if (past <= this.newest && past > this.newest - History.steps) sum += this.counts[past % History.steps];
    }
    return sum;
  }

  // So many in the last sixty seconds: of the seventh step only the part that is not yet a minute ago.
  perMinute(now) {
    const part = now / 1000 / History.step % 1;
    return this.sum(now, 6) + (this.sum(now, 7) - this.sum(now, 6)) * (1 - part);
  }

  // Sixty minutes, the oldest first.
  minutes(now) {
    const step = Math.floor(now / 1000 / History.step);
    const minutes = new Array(60).fill(0);
    for (let back = 0; back < History.steps; back++) {
      const past = step - back;
      if (past > this.newest || past <= this.newest - History.steps) continue;
      minutes[59 - Math.floor(back / 6)] += this.counts[past % History.steps];
    }
    return minutes;
  }
}

// A plot in a box of `width` × `height`; fills its element. Its numbers stand beside it, so it is for eyes only.
class Plot {
  constructor(width, height, className = "plot") {
    Object.assign(this, { width, height });
    this.path = svg("path");
    this.element = svg("svg", {
      viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", class: className, "aria-hidden": "true", focusable: "false",
    }, this.path);
  }

  // Draws; answers the highest value.
  draw(values) {
    const highest = Math.max(...values);
    const wide = this.width / values.length, gap = wide > 4 ? 1.5 : wide * 0.2;
    let path = `M0 ${this.height - 0.5}h${this.width}v.5h-${this.width}z`;
    values.forEach((value, index) => {
      if (value <= 0) return;
      const high = Math.max(1.5, value / highest * (this.height - 1));
      path += `M${(index * wide + gap / 2).toFixed(2)} ${this.height}v-${high.toFixed(2)}h${(wide - gap).toFixed(2)}v${high.toFixed(2)}z`;
    });
    if (path !== this.drawn) this.path.setAttribute("d", this.drawn = path);
    return highest;
  }
}
