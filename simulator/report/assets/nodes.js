// Node × time: a few nodes as bars, each attempt on its slots; many nodes as an image, one row a node.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function mixed(one, two, share) {
  const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const [a, b] = [parse(one), parse(two)];
  return a.map((value, at) => Math.round(value + (b[at] - value) * share));
}

// The colour of a key such as `state:idle` or `outcome:succeeded:3` (three quarters of the slots taken).
function keyColour(key) {
  const [kind, name, share] = key.split(":");
  if (kind === "absent") return mixed(colour("absent"), colour("absent"), 0);
  if (kind === "state") return mixed(colour(`state-${name}`), colour(`state-${name}`), 0);
  return mixed(colour("state-idle"), colour(`outcome-${name}`), share === undefined ? 1 : 0.25 + 0.1875 * Number(share));
}

// Rows are the nodes that are there in the stretch of time in sight; `rows` is the window of them that is shown.
class NodePlot extends Plot {
  constructor(host, pool) {
    const rows = { from: 0, to: pool.nodes.rows };
    let self = null;
    super(host, `Nodes of pool ${pool.id} over time`, NodePlot.height(pool.nodes.rows), [[0, END], [0, 0]], {
      hasGrid: false,
      scales: { y: { dir: -1, range: () => [rows.from, rows.to] } },
      axes: [{
        scale: "y", size: GUTTER, label: "nodes", labelSize: 18, labelGap: 0, labelFont: "12px system-ui, sans-serif",
        font: "12px system-ui, sans-serif", stroke: () => colour("faint"), grid: { show: false }, ticks: { show: false },
        splits: () => NodePlot.splits(rows), values: (u, splits) => splits.map((at) => (self ? self.number(Math.floor(at)) : "")),
      }],
      series: [{}, { scale: "y", show: false, points: { show: false } }],
      drag: { x: true, y: true, uni: 24 },
      hooks: { drawClear: [(u) => self && self.paint(u)] },
    });
    self = this;
    this.pool = pool;
    this.rows = rows;
    this.row = 0;
    this.isZoomed = false;
    this.by = "outcome";
    this.prepare();
    this.rescale();
    this.redraw();
  }

  static height(count) {
    return 56 + Math.min(Math.max(count * 14, 90), 420);
  }

  static splits(rows) {
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((size) => (rows.to - rows.from) / size <= 14) || 20000;
    const found = [];
    for (let at = Math.ceil(rows.from / step) * step; at < rows.to; at += step) found.push(at + 0.5);
    return found;
  }

  // The number of the first node of a row, from 1 on in order of creation.
  number(place) {
    return this.visible[place] === undefined ? "" : count(this.visible[place] * this.pool.nodes.together + 1);
  }

  prepare() {
    const { nodes } = this.pool;
    const all = Array.from({ length: nodes.rows }, (_, at) => at);
    this.visible = all;
    if (nodes.cells) {
      this.runs = nodes.cells.map(decode);
      const scale = END / nodes.columns;
      this.alive = this.runs.map(({ starts, codes }) => {
        const first = codes.findIndex((code) => code);
        const last = codes.findLastIndex((code) => code);
        return [starts[first] * scale, starts[last + 1] * scale];
      });
      return;
    }
    this.states = all.map(() => []);
    this.alive = all.map(() => [END, 0]);
    nodes.states.node.forEach((node, at) => {
      this.states[node].push(at);
      this.alive[node] = [Math.min(this.alive[node][0], nodes.states.start[at]), Math.max(this.alive[node][1], nodes.states.end[at])];
    });
    this.bars = all.map(() => []);
    this.lanes = all.map(() => nodes.slots);
    nodes.lanes.attempt.forEach((attempt, at) => {
      const node = nodes.attempts.node[attempt];
      this.bars[node].push([attempt, nodes.lanes.lane[at]]);
      this.lanes[node] = Math.max(this.lanes[node], nodes.lanes.lane[at] + 1);
    });
  }

  rescale() {
    if (this.visible && !this.isZoomed) {
      const there = this.pool.nodes.rows > 12 ? this.inSight() : this.visible;
      this.visible = there;
      this.rows.from = 0;
      this.rows.to = Math.max(there.length, 1);
      this.row = Math.min(this.row, this.rows.to - 1);
      this.chart.setScale("y", { min: 0, max: this.rows.to });
    }
    super.rescale();
  }

  inSight() {
    const found = [];
    this.alive.forEach(([from, to], at) => { if (from < view.to && to > view.from) found.push(at); });
    return found;
  }

  paint(u) {
    const { ctx } = u;
    const { left, top, width, height } = u.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.fillStyle = colour("absent");
    ctx.fillRect(left, top, width, height);
    if (this.visible.length) this.runs ? this.paintImage(u) : this.paintBars(u);
    ctx.strokeStyle = colour("edge");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([]);
    ctx.strokeRect(left, top, width, height);
    ctx.restore();
  }

  // Every pixel shows the mean colour of what lies under it.
  paintImage(u) {
    const { left, top, width, height } = u.bbox;
    const shown = this.rows.to - this.rows.from;
    const tall = Math.min(shown, Math.round(height));
    const wide = Math.round(width);
    const made = element("canvas", { width: wide, height: tall });
    const ctx = made.getContext("2d");
    const pixels = ctx.createImageData(wide, tall);
    const shades = this.pool.nodes.keys.map(keyColour);
    const sums = new Float32Array(wide * 3);
    let at = 0;
    for (let y = 0; y < tall; y += 1) {
      const first = this.rows.from + Math.floor((y * shown) / tall);
      const last = Math.max(this.rows.from + Math.floor(((y + 1) * shown) / tall), first + 1);
      sums.fill(0);
      for (let row = first; row < last; row += 1) this.addRow(sums, wide, this.runs[this.visible[row]], shades);
      for (let x = 0; x < 3 * wide; x += 3) {
        for (let part = 0; part < 3; part += 1) pixels.data[at + part] = sums[x + part] / (last - first);
        pixels.data[at + 3] = 255;
        at += 4;
      }
    }
    ctx.putImageData(pixels, 0, 0);
    u.ctx.imageSmoothingEnabled = false;
    u.ctx.drawImage(made, left, top, width, height);
  }

  addRow(sums, wide, { starts, codes }, shades) {
    const scale = this.pool.nodes.columns / END;
    const from = view.from * scale;
    const size = wide / ((view.to - view.from) * scale); // pixels a column
    for (let run = Math.max(stepAt(starts, from), 0); run < codes.length; run += 1) {
      const begin = Math.max((starts[run] - from) * size, 0);
      if (begin >= wide) break;
      const end = Math.min((starts[run + 1] - from) * size, wide);
      const [red, green, blue] = shades[codes[run]];
      for (let x = Math.floor(begin); x < end; x += 1) {
        const share = Math.min(end, x + 1) - Math.max(begin, x);
        sums[3 * x] += red * share;
        sums[3 * x + 1] += green * share;
        sums[3 * x + 2] += blue * share;
      }
    }
  }

  paintBars(u) {
    const { nodes } = this.pool;
    const { ctx, bbox } = u;
    const tall = bbox.height / (this.rows.to - this.rows.from);
    const pad = Math.min(tall * 0.1, 2 * devicePixelRatio);
    const x = (ms) => u.valToPos(ms, "x", true);
    const states = nodes.states.keys.map((key) => colour(`state-${key}`));
    const kinds = this.kinds();
    const shades = kinds.names.map((name) => name.colour());
    for (let place = this.rows.from; place < this.rows.to; place += 1) {
      const node = this.visible[place];
      const y = bbox.top + (place - this.rows.from) * tall + pad;
      const room = tall - 2 * pad;
      for (const at of this.states[node]) {
        if (nodes.states.end[at] < view.from || nodes.states.start[at] > view.to) continue;
        // A node with a task is as white as an idle one between its bars: what is not taken is waste.
        const key = nodes.states.keys[nodes.states.key[at]];
        ctx.fillStyle = key === "running" ? colour("state-idle") : states[nodes.states.key[at]];
        const from = x(nodes.states.start[at]);
        ctx.fillRect(from, y, Math.max(x(nodes.states.end[at]) - from, 0.75), room);
      }
      const lane = room / this.lanes[node];
      for (const [attempt, place] of this.bars[node]) {
        if (nodes.attempts.end[attempt] < view.from || nodes.attempts.start[attempt] > view.to) continue;
        const from = x(nodes.attempts.start[attempt]);
        const wide = x(nodes.attempts.end[attempt]) - from;
        ctx.fillStyle = shades[kinds.of(attempt)];
        ctx.fillRect(from, y + place * lane, Math.max(wide > 4 ? wide - devicePixelRatio : wide, 0.75), lane > 3 ? lane - devicePixelRatio * 0.5 : lane);
      }
    }
  }

  // What the colours of bars stand for: outcomes, or jobs in order of appearance, lost work still as lost.
  kinds() {
    const { attempts } = this.pool.nodes;
    const outcomes = attempts.outcomes.map((name) => ({ title: page.titles.outcomes[name] || name, colour: () => colour(`outcome-${name}`), css: `outcome-${name}` }));
    if (this.by === "outcome") return { names: outcomes, of: (attempt) => attempts.outcome[attempt] };
    const most = Math.min(attempts.jobs.length, page.cycle);
    const jobs = attempts.jobs.slice(0, most).map((job, at) => ({ title: job, colour: () => colour(`cycle-${at}`), css: `cycle-${at}` }));
    if (attempts.jobs.length > most) jobs.push({ title: "other jobs", colour: () => colour("other"), css: "other" });
    const lost = attempts.outcomes.map((name) => ["preempted", "lost", "requeued", "terminated"].includes(name));
    return {
      names: [...jobs, ...outcomes],
      of: (attempt) => (lost[attempts.outcome[attempt]] ? jobs.length + attempts.outcome[attempt] : Math.min(attempts.job[attempt], jobs.length - 1)),
    };
  }

  colourBy(by) {
    this.by = by;
    this.redraw();
  }

  key(event) {
    const wide = this.rows.to - this.rows.from;
    switch (event.key) {
      case "ArrowUp": event.shiftKey ? this.zoomRows(0.5) : this.moveRow(-1); return true;
      case "ArrowDown": event.shiftKey ? this.zoomRows(2) : this.moveRow(1); return true;
      case "PageUp": this.setRows(this.rows.from - wide, this.rows.to - wide); return true;
      case "PageDown": this.setRows(this.rows.from + wide, this.rows.to + wide); return true;
      default: return super.key(event);
    }
  }

  // Move the cursor to a neighbouring node.
  moveRow(step) {
    this.row = Math.min(Math.max(this.row + step, 0), Math.max(this.visible.length, 1) - 1);
    const wide = this.rows.to - this.rows.from;
    if (this.row < this.rows.from || this.row + 1 > this.rows.to) {
      const from = step < 0 ? this.row : this.row + 1 - wide;
      this.setRows(from, from + wide);
    }
    cursor.row = this.row;
    pointAt(cursor.at === null ? (view.from + view.to) / 2 : cursor.at);
  }

  zoomRows(factor) {
    const middle = this.row >= this.rows.from && this.row < this.rows.to ? this.row + 0.5 : (this.rows.from + this.rows.to) / 2;
    this.setRows(middle - (middle - this.rows.from) * factor, middle + (this.rows.to - middle) * factor);
  }

  setRows(from, to) {
    const total = Math.max(this.visible.length, 1);
    const wide = Math.min(Math.max(Math.round(to - from), Math.min(4, total)), total);
    const start = Math.min(Math.max(Math.round(from), 0), total - wide);
    this.isZoomed = wide < total;
    this.rows.from = start;
    this.rows.to = start + wide;
    this.chart.setScale("y", { min: start, max: start + wide });
    this.redraw();
  }

  selected(u) {
    if (u.select.height > 3 && u.select.height < u.over.clientHeight - 1) {
      const [from, to] = [u.posToVal(u.select.top, "y"), u.posToVal(u.select.top + u.select.height, "y")];
      this.setRows(Math.floor(Math.min(from, to)), Math.ceil(Math.max(from, to)));
      if (u.select.width <= 3) u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    }
    super.selected(u);
  }

  pointed(u) {
    if (!this.moving && u.cursor.top >= 0) {
      this.row = Math.min(Math.max(Math.floor(u.posToVal(u.cursor.top, "y")), 0), Math.max(this.visible.length, 1) - 1);
    }
    super.pointed(u);
  }

  reset() {
    this.isZoomed = false;
    super.reset();
    this.rescale();
  }

  // Say what the node under the cursor does at that instant.
  say() {
    const { nodes } = this.pool;
    const row = this.visible[this.row];
    if (row === undefined) return "no node";
    const first = row * nodes.together;
    const name = nodes.together === 1 ? `node ${nodes.names[first] || first + 1}` : `nodes ${first + 1} to ${Math.min(first + nodes.together, nodes.total)}`;
    if (this.runs) {
      const column = Math.min((cursor.at / END) * nodes.columns, nodes.columns - 1);
      const { starts, codes } = this.runs[row];
      return `${name}: ${keyTitle(nodes.keys[codes[stepAt(starts, column)]])}`;
    }
    const state = this.states[row].find((at) => nodes.states.start[at] <= cursor.at && cursor.at < nodes.states.end[at]);
    if (state === undefined) return `${name}: not there`;
    const running = [...new Set(this.bars[row].map(([attempt]) => attempt))].filter((at) => nodes.attempts.start[at] <= cursor.at && cursor.at < nodes.attempts.end[at]);
    const tasks = running.slice(0, 4).map((at) => {
      const { attempts } = nodes;
      return `${attempts.task[at]} of ${attempts.jobs[attempts.job[at]]}, ${span(attempts.end[at] - attempts.start[at])}, ${page.titles.outcomes[attempts.outcomes[attempts.outcome[at]]]}`;
    });
    if (running.length > 4) tasks.push(`and ${running.length - 4} more`);
    const key = nodes.states.keys[nodes.states.key[state]];
    return `${name}: ${page.titles.states[key] || key}${tasks.length ? ` (${tasks.join("; ")})` : ""}`;
  }
}

function keyTitle(key) {
  const [kind, name, share] = key.split(":");
  if (kind === "absent") return "not there";
  if (kind === "state") return page.titles.states[name] || name;
  return `${page.titles.outcomes[name] || name}, ${["", "up to a quarter", "up to half", "up to three quarters", "more than three quarters"][share]} of the slots taken`;
}

// A row of an image as runs: where each begins, one more for the end, and what it is.
function decode(text) {
  const starts = [0];
  const codes = [];
  for (const [, letter, times] of text.matchAll(/([A-Za-z])(\d*)/g)) {
    codes.push(LETTERS.indexOf(letter));
    starts.push(starts[starts.length - 1] + (times ? Number(times) : 1));
  }
  return { starts, codes };
}

function buildNodes(pool) {
  const host = document.getElementById("plot-node-time");
  const readout = document.getElementById("readout-nodes");
  readout.textContent = "";
  const plot = new NodePlot(host, pool);
  const keys = document.getElementById("legend-node-time");
  const chooser = document.getElementById("colour-by");
  const show = () => keys.replaceChildren(...nodeLegend(plot).map(([css, title]) => element("span", { class: "key" },
    element("span", { class: `swatch ${css}`, "aria-hidden": "true" }), title)));
  chooser.hidden = Boolean(plot.runs) || pool.nodes.attempts.jobs.length < 2;
  chooser.querySelector("select").value = "outcome";
  chooser.onchange = (event) => { plot.colourBy(event.target.value); show(); };
  show();
  return [plot, () => { readout.textContent = `${clock.say(cursor.at)}, ${plot.say()}`; }];
}

function nodeLegend(plot) {
  const { nodes } = plot.pool;
  const found = new Map();
  if (plot.runs) {
    const used = new Set();
    plot.runs.forEach(({ codes }) => codes.forEach((code) => used.add(code)));
    [...used].sort((a, b) => a - b).map((code) => nodes.keys[code].split(":")).forEach(([kind, name]) => {
      if (kind === "state") found.set(`state-${name}`, page.titles.states[name] || name);
      if (kind === "outcome") found.set(`outcome-${name}`, page.titles.outcomes[name] || name);
    });
    if (nodes.keys.some((key) => key.startsWith("outcome"))) found.set("paler", "paler: fewer slots taken");
  } else {
    nodes.states.keys.filter((key) => key !== "running").forEach((key) => found.set(`state-${key}`, page.titles.states[key] || key));
    if (!found.has("state-idle") && nodes.attempts.node.length) found.set("state-idle", "free slots");
    plot.kinds().names.forEach((name) => found.set(name.css, name.title));
  }
  found.set("absent", "no node");
  return [...found];
}
