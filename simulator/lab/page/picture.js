// The picture of a run: tasks and nodes on one time axis, and below it what each node did. Drawn with the code of reports.

import {
  MARKS, NodePlot, SERIES, SIGNS, StepPlot, adopt, clock, colour, count, cursor, drawMarks, element, marksHeight,
  nodeLegend, plots, pointAt, roof, stepAt, translucent, uPlot, view,
} from "./drawing.js";
import { session } from "./session.js";

const TASKS = ["queued_tasks", "running_tasks"];
const NODES = ["usable_nodes", "current", "target"];
const KEPT = ["queued_tasks", "target", "current"];
const NEAR = 3; // tasks and nodes share a scale where their heights differ less than that
const GUTTER = 66;
const HEIGHT = () => Math.min(Math.max(0.36 * innerHeight, 300), 700); // px: the curves and what moves them fit on a screen
const RIGHT = 70; // px of the axis of nodes, with its title
const REACH = 12; // px

export const picture = {
  /** @type {any} */
  data: null,
  /** The pool that is shown. @type {any} */
  pool: null,
  /** Runs that are drawn pale behind the present one. @type {{page: any}[]} */
  ghosts: [],
  /** Where time stands while it is played: later is veiled. @type {number | null} */
  veil: null,
  /** @type {((what: {pool: any, at: number, task?: string, node?: string}) => void)[]} */
  clicked: [],
};

const hosts = { pool: document.getElementById("plot-pool"), nodes: document.getElementById("plot-nodes") };
const readout = document.getElementById("readout");
const hidden = new Set();
let shownPool = "";
/** @type {{pool: PicturePlot, nodes: TaskPlot | null} | null} */
let drawn = null;

/** A plot of tasks on the left scale and nodes on the right one. */
class PicturePlot extends StepPlot {
  constructor(host, pool, kinds) {
    const scales = scalesOf(pool);
    const axis = (scale, side, label) => ({
      scale, side, size: side === 3 ? GUTTER : 52, label, labelSize: 18, labelGap: 0, labelFont: "12px system-ui, sans-serif",
      font: "12px system-ui, sans-serif", stroke: () => colour("faint"), ticks: { show: false },
      grid: { show: side === 3, stroke: () => colour("grid"), width: 1 },
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5], values: (u, splits) => splits.map(count),
    });
    const keys = [...TASKS, ...NODES];
    super(host, `Tasks and nodes of pool ${pool.id} over time`, HEIGHT() + marksHeight(kinds), pool, keys, "tasks", {
      scales: { y: { range: () => [0, scales.tasks] }, nodes: { range: () => [0, scales.nodes] } },
      axes: [axis("y", 3, scales.isShared ? "tasks, nodes" : "tasks waiting, running"), ...(scales.isShared ? [] : [axis("nodes", 1, "nodes")])],
      series: [{}, ...keys.map((key) => ({
        scale: TASKS.includes(key) || scales.isShared ? "y" : "nodes",
        width: key === "queued_tasks" ? 1.5 : 2,
        dash: SERIES[key].dash,
        stroke: () => colour(`series-${key}`),
        fill: key === "queued_tasks" ? () => translucent(colour(`series-${key}`), 0.18) : key === "usable_nodes" ? () => translucent(colour(`series-${key}`), 0.22) : undefined,
        paths: uPlot.paths.stepped({ align: 1 }),
        points: { show: false },
      }))],
      top: marksHeight(kinds),
      hooks: { drawAxes: [(u) => drawGhosts(u, pool.id)], draw: [(u) => drawMarks(u, pool, kinds), drawVeil] },
    });
    [...hidden].filter((key) => keys.includes(key)).forEach((key) => this.toggle(key));
  }

  clicked(at) {
    picture.clicked.forEach((listener) => listener({ pool: this.pool, at, reach: this.reach() }));
  }

  reach() {
    return ((view.to - view.from) / Math.max(this.chart.over.clientWidth, 1)) * REACH;
  }
}

/** A plot of nodes on which a task can be chosen. */
class TaskPlot extends NodePlot {
  clicked(at, event) {
    const found = this.bars && event.type === "click" ? this.taskAt(at, event.offsetY) : undefined;
    const row = this.visible[this.row];
    const node = row === undefined ? undefined : this.pool.nodes.names[row];
    picture.clicked.forEach((listener) => listener({ pool: this.pool, at, node, task: found ?? this.anyTask(at) }));
  }

  taskAt(at, top) {
    const place = Math.min(Math.max(this.chart.posToVal(top, "y"), 0), this.visible.length - 0.001);
    const node = this.visible[Math.floor(place)];
    const { attempts } = this.pool.nodes;
    const lane = Math.floor((place % 1) * this.lanes[node]);
    const here = this.bars[node].filter(([attempt]) => attempts.start[attempt] <= at && at < attempts.end[attempt]);
    const one = here.find(([, own]) => own === lane) || here[0];
    return one && nameOf(attempts, one[0]);
  }

  anyTask(at) {
    const row = this.visible[this.row];
    if (!this.bars || row === undefined) return undefined;
    const { attempts } = this.pool.nodes;
    const one = this.bars[row].find(([attempt]) => attempts.start[attempt] <= at && at < attempts.end[attempt]);
    return one && nameOf(attempts, one[0]);
  }
}

function nameOf(attempts, attempt) {
  return `${attempts.jobs[attempts.job[attempt]]}/${attempts.task[attempt]}`;
}

/** How high the two scales are, with the runs that are pinned. */
function scalesOf(pool) {
  const highest = (keys) => Math.max(...[{ page: { pools: [pool] } }, ...picture.ghosts].flatMap(({ page }) => {
    const same = page.pools.find((one) => one.id === pool.id) || page.pools[0];
    return keys.map((key) => Math.max(0, ...(same.curves.series[key] || [])));
  }));
  const [tasks, nodes] = [roof(highest(TASKS)), roof(highest(NODES))];
  const isShared = tasks < NEAR * nodes && nodes < NEAR * tasks;
  return isShared ? { isShared, tasks: Math.max(tasks, nodes), nodes: Math.max(tasks, nodes) } : { isShared, tasks, nodes };
}

/** Draw the runs that are pinned, pale and dashed, behind the present one. */
function drawGhosts(u, id) {
  const { ctx, bbox } = u;
  picture.ghosts.forEach(({ page }) => {
    const same = page.pools.find((one) => one.id === id) || page.pools[0];
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const key of KEPT) {
      if (hidden.has(key)) continue;
      const scale = TASKS.includes(key) || !u.scales.nodes || !u.axes.some((axis) => axis.scale === "nodes") ? "y" : "nodes";
      ctx.strokeStyle = translucent(colour(`series-${key}`), 0.45);
      ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      let y = null;
      same.curves.time.forEach((at, place) => {
        const x = u.valToPos(at, "x", true);
        if (y !== null) ctx.lineTo(x, y);
        y = u.valToPos(same.curves.series[key][place], scale, true);
        ctx.lineTo(x, y);
      });
      ctx.stroke();
    }
    ctx.restore();
  });
}

/** Hide what is yet to come while time is played. */
function drawVeil(u) {
  if (picture.veil === null) return;
  const { ctx, bbox } = u;
  const x = Math.max(u.valToPos(picture.veil, "x", true), bbox.left);
  ctx.save();
  ctx.fillStyle = translucent(colour("paper"), 0.88);
  ctx.fillRect(x, bbox.top - 60, bbox.left + bbox.width - x + 1, bbox.height + 60);
  ctx.restore();
}

/** Show a run, or the pinned ones beside it anew; the stretch of time in sight and the cursor stay where they are. */
export function show(data) {
  const kept = picture.data && { from: view.from, to: view.to, end: picture.data.end, at: cursor.at };
  picture.data = data;
  clear();
  adopt(data);
  if (!data.pools.length) return;
  picture.pool = data.pools.find((pool) => pool.id === shownPool) || data.pools[0];
  shownPool = picture.pool.id;
  if (kept && (kept.from || kept.to < kept.end) && kept.to <= data.end) { view.from = kept.from; view.to = kept.to; }
  draw();
  if (kept && kept.at !== null) pointAt(Math.min(kept.at, data.end));
}

export function choosePool(id) {
  shownPool = id;
  show(picture.data);
  session.notify("pool", id);
}

/** The formula of the pool in sight, else the first one; null where no pool follows a formula. */
export function formulaInSight() {
  return session.formulas.find((one) => one.pool === picture.pool?.id) || session.formulas[0] || null;
}

export function forget() {
  picture.data = null;
  picture.veil = null;
  shownPool = "";
}

function clear() {
  [...plots].forEach((plot) => plot.destroy());
  drawn = null;
}

function draw() {
  const { pool } = picture;
  const kinds = MARKS.filter((kind) => pool.marks[kind].length);
  hosts.nodes.style.width = scalesOf(pool).isShared ? "" : `calc(100% - ${RIGHT}px)`; // instants stand below each other
  drawn = { pool: new PicturePlot(hosts.pool, pool, kinds), nodes: pool.nodes ? new TaskPlot(hosts.nodes, pool) : null };
  document.getElementById("legend-pool").replaceChildren(...drawn.pool.series.map(toggler), ...kinds.map(markKey));
  document.getElementById("legend-nodes").replaceChildren(...(drawn.nodes ? nodeLegend(drawn.nodes) : []).map(([css, title]) => element("span", { class: "key" }, element("span", { class: `swatch ${css}`, "aria-hidden": "true" }), title)));
}

function toggler(key) {
  return element("button", {
    type: "button", class: "key", "aria-pressed": String(!hidden.has(key)), title: "show or hide",
    onclick: (event) => {
      hidden.has(key) ? hidden.delete(key) : hidden.add(key);
      drawn.pool.toggle(key);
      event.currentTarget.setAttribute("aria-pressed", String(!hidden.has(key)));
    },
  }, element("span", { class: `line series-${key}`, "aria-hidden": "true" }), picture.data.titles.series[key]);
}

function markKey(kind) {
  return element("span", { class: "key" }, element("span", { class: `mark mark-${kind}`, "aria-hidden": "true" }, SIGNS[kind]), picture.data.titles.marks[kind]);
}

export function redraw() {
  plots.forEach((plot) => plot.redraw());
}

function say() {
  if (cursor.at === null || !picture.pool) return;
  const at = stepAt(picture.pool.curves.time, cursor.at);
  const { series } = picture.pool.curves;
  const values = [...TASKS, ...NODES].map((key) => `${picture.data.titles.series[key]} ${at < 0 ? 0 : count(series[key][at])}`);
  const node = drawn && drawn.nodes && cursor.row !== undefined ? ` · ${drawn.nodes.say()}` : "";
  readout.textContent = `${clock.say(cursor.at)}: ${values.join(" · ")}${node}`;
}

export function setUpPicture() {
  clock.zone = "elapsed";
  cursor.listeners.push(say);
  new ResizeObserver(() => plots.forEach((plot) => plot.resize())).observe(hosts.pool);
  const chooser = document.getElementById("which-pool");
  chooser.addEventListener("change", () => choosePool(chooser.value));
  session.on("opened", forget);
  session.on("run", ({ page }) => {
    show(page);
    document.getElementById("pool-row").hidden = page.pools.length < 2;
    chooser.replaceChildren(...page.pools.map((pool) => element("option", { selected: pool.id === shownPool }, pool.id)));
  });
}

