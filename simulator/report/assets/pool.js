// The pool over time: what waits, what runs, nodes, with marks for what happened.

const SERIES = {
  queued_tasks: { width: 1.5, fill: 0.18 },
  running_tasks: { width: 1.5 },
  usable_nodes: { width: 1, fill: 0.8 },
  running_nodes: { width: 1, fill: 0.8 },
  current: { width: 2 },
  target: { width: 2, dash: [6, 4] },
  preempted_nodes: { width: 1.5 },
  deallocated_nodes: { width: 1.5 },
};
const PANELS = {
  waiting: { keys: ["queued_tasks"], height: 150, label: "tasks waiting" },
  running: { keys: ["running_tasks"], height: 110, label: "running" },
  nodes: { keys: ["usable_nodes", "running_nodes", "preempted_nodes", "deallocated_nodes", "current", "target"], height: 250, label: "nodes" },
};
const MARKS = ["evaluation", "resize", "preemption", "error"];

function translucent(hex, share) {
  return hex + Math.round(share * 255).toString(16).padStart(2, "0");
}

// A round number at or above, with room for the line.
function roof(value) {
  if (value <= 4) return Math.max(value, 1) * 1.08;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return power * steps.find((step) => step * power >= value * 1.02 || step === 10);
}

class StepPlot extends Plot {
  constructor(host, name, height, pool, keys, label, more) {
    const time = pool.curves.time;
    const hidden = new Set();
    super(host, name, height, [time, ...keys.map((key) => pool.curves.series[key])], {
      scales: { y: { range: () => [0, roof(StepPlot.highest(pool, keys, hidden))] } },
      axes: [{
        scale: "y", size: GUTTER, label, labelSize: 18, labelGap: 0, labelFont: "12px system-ui, sans-serif",
        font: "12px system-ui, sans-serif", stroke: () => colour("faint"), grid: { stroke: () => colour("grid"), width: 1 },
        ticks: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
        values: (u, splits) => splits.map(count),
      }],
      series: [{}, ...keys.map((key) => ({
        scale: "y",
        width: SERIES[key].width,
        dash: SERIES[key].dash,
        stroke: () => colour(`series-${key}`),
        fill: SERIES[key].fill ? () => translucent(colour(`series-${key}`), SERIES[key].fill) : undefined,
        paths: uPlot.paths.stepped({ align: 1 }),
        points: { show: false },
      }))],
      ...more,
    });
    this.pool = pool;
    this.series = keys;
    this.hidden = hidden;
  }

  // The highest value in sight, of the series that are shown.
  static highest(pool, keys, hidden) {
    const time = pool.curves.time;
    const first = Math.max(stepAt(time, view.from), 0);
    let most = 0;
    for (const key of keys) {
      if (hidden.has(key)) continue;
      const values = pool.curves.series[key];
      for (let at = first; at < time.length && time[at] <= view.to; at += 1) most = Math.max(most, values[at]);
    }
    return most;
  }

  toggle(key) {
    this.hidden.has(key) ? this.hidden.delete(key) : this.hidden.add(key);
    this.chart.setSeries(1 + this.series.indexOf(key), { show: !this.hidden.has(key) });
    this.rescale();
  }

  clicked(at, event) {
    const reach = event.type === "click" ? ((view.to - view.from) / this.chart.over.clientWidth) * 14 : END;
    openNearest(this.pool, at, reach);
  }
}

// The marks stand in lanes above the plot of nodes, told apart by place, shape and colour.
const LANE = 11;

function drawMarks(u, pool, kinds) {
  const { ctx } = u;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 1.4 * scale;
  ctx.setLineDash([]); // the last series may have left one
  kinds.forEach((kind, lane) => {
    const y = u.bbox.top - (kinds.length - lane - 0.5) * LANE * scale - 3 * scale;
    const half = 3.5 * scale;
    let last = -1;
    ctx.strokeStyle = ctx.fillStyle = colour(`mark-${kind}`);
    ctx.beginPath();
    for (const at of pool.marks[kind]) {
      if (at < view.from || at > view.to) continue;
      const x = Math.round(u.valToPos(at, "x", true));
      if (x - last < scale) continue;
      last = x;
      if (kind === "evaluation") { ctx.moveTo(x, y - half); ctx.lineTo(x, y + half); }
      if (kind === "resize") { ctx.moveTo(x - half, y + half); ctx.lineTo(x, y - half); ctx.lineTo(x + half, y + half); ctx.closePath(); }
      if (kind === "preemption") { ctx.moveTo(x - half, y - half); ctx.lineTo(x + half, y + half); ctx.moveTo(x + half, y - half); ctx.lineTo(x - half, y + half); }
      if (kind === "error") ctx.rect(x - half, y - half, 2 * half, 2 * half);
    }
    kind === "error" || kind === "resize" ? ctx.fill() : ctx.stroke();
  });
  ctx.restore();
}

function marksHeight(kinds) {
  return 8 + LANE * kinds.length;
}

function buildPool(pool) {
  const kinds = MARKS.filter((kind) => pool.marks[kind].length);
  const made = Object.entries(PANELS).map(([name, panel]) => {
    const keys = panel.keys.filter((key) => pool.curves.series[key]);
    const isLast = name === "nodes";
    return new StepPlot(document.getElementById(`plot-${name}`), `Plot of ${panel.label}, pool ${pool.id}`,
      panel.height + (isLast ? marksHeight(kinds) : -26), pool, keys, panel.label, {
        isBare: !isLast,
        top: isLast ? marksHeight(kinds) : 8,
        hooks: isLast ? { draw: [(u) => drawMarks(u, pool, kinds)] } : {},
      });
  });
  document.getElementById("legend-pool").replaceChildren(...made.flatMap((plot) => plot.series.map((key) => toggler(plot, key))), ...kinds.map(markKey));
  const readout = document.getElementById("readout-pool");
  readout.textContent = "";
  return [...made, () => {
    const at = stepAt(pool.curves.time, cursor.at);
    const said = Object.keys(pool.curves.series).map((key) => `${page.titles.series[key]} ${at < 0 ? 0 : count(pool.curves.series[key][at])}`);
    readout.textContent = `${clock.say(cursor.at)}: ${said.join(" · ")}`;
  }];
}

function toggler(plot, key) {
  return element("button", {
    type: "button", "aria-pressed": "true", class: "key", title: "show or hide",
    onclick: (event) => {
      plot.toggle(key);
      event.currentTarget.setAttribute("aria-pressed", String(!plot.hidden.has(key)));
    },
  }, element("span", { class: `line series-${key}`, "aria-hidden": "true" }), page.titles.series[key]);
}

const SIGNS = { evaluation: "|", resize: "▲", preemption: "×", error: "■" };

function markKey(kind) {
  return element("span", { class: "key" }, element("span", { class: `mark mark-${kind}`, "aria-hidden": "true" }, SIGNS[kind]), page.titles.marks[kind]);
}
