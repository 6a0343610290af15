// What all plots have in common: a time axis, zoom by mouse and keys, a cursor that all of them share, redrawing.

const GUTTER = 66; // px left of every plot, so that the same instant is above itself in all of them
const plots = [];
const cursor = { at: null, listeners: [] };

function pointAt(ms) {
  cursor.at = Math.min(Math.max(ms, 0), END);
  if (cursor.at < view.from || cursor.at > view.to) {
    const half = (view.to - view.from) / 2;
    view.set(cursor.at - half, cursor.at + half);
  }
  cursor.listeners.forEach((listener) => listener());
}

// `isBare`: lines only, the instants stand under the plot below.
function timeAxis(isBare, hasGrid) {
  const labels = new Map();
  return {
    scale: "x",
    size: isBare ? 6 : 44,
    font: "12px system-ui, sans-serif",
    stroke: () => colour("faint"),
    grid: { show: hasGrid, stroke: () => colour("grid"), width: 1 },
    ticks: { stroke: () => colour("grid"), width: 1, size: 5 },
    splits: (u) => {
      const { step, found } = clock.ticks(view.from, view.to, Math.max(u.bbox.width / devicePixelRatio / 92, 2));
      labels.clear();
      found.forEach((at, place) => labels.set(at, clock.label(at, step, place ? found[place - 1] : undefined)));
      return found;
    },
    values: (u, splits) => splits.map((at) => (isBare ? "" : labels.get(at))),
  };
}

// One plot in `host`; `more` holds series, axes and hooks of its own.
class Plot {
  constructor(host, name, height, data, more) {
    this.host = host;
    this.height = height;
    const { hooks, scales, axes, drag, top, isBare, hasGrid = true, ...rest } = more;
    this.chart = new uPlot(
      {
        width: Math.max(host.clientWidth, 260),
        height,
        padding: [top || 8, 28, 0, 0],
        legend: { show: false },
        scales: { x: { time: false, min: view.from, max: view.to }, ...scales },
        axes: [timeAxis(isBare, hasGrid), ...axes],
        cursor: {
          drag: { x: true, y: false, setScale: false, ...drag },
          points: { show: false },
          y: false,
          bind: { dblclick: () => () => this.reset() },
        },
        ...rest,
        hooks: {
          ...hooks,
          setSelect: [(u) => this.selected(u)],
          setCursor: [(u) => this.pointed(u)],
        },
      },
      data,
      host,
    );
    this.chart.over.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.chart.over.addEventListener("mousedown", (event) => { this.pressed = [event.clientX, event.clientY]; });
    this.chart.over.addEventListener("click", (event) => {
      const [x, y] = this.pressed || [0, 0];
      if (Math.hypot(event.clientX - x, event.clientY - y) < 4) this.clicked(this.instant(event.offsetX), event);
    });
    this.chart.over.setAttribute("aria-hidden", "true");
    plots.push(this);
    this.keys(name);
    this.rescale();
  }

  keys(name) {
    this.host.setAttribute("tabindex", "0");
    this.host.setAttribute("role", "application");
    this.host.setAttribute("aria-label", name);
    this.listening = new AbortController(); // the host outlives the plot
    this.host.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.key(event)) return;
      event.preventDefault();
    }, { signal: this.listening.signal });
  }

  // Handle a key; false leaves it to the browser.
  key(event) {
    const width = view.to - view.from;
    const at = cursor.at === null ? (view.from + view.to) / 2 : cursor.at;
    const small = width / 100;
    switch (event.key) {
      case "ArrowLeft": event.shiftKey ? pointAt(at - small) : view.pan(-0.2); return true;
      case "ArrowRight": event.shiftKey ? pointAt(at + small) : view.pan(0.2); return true;
      case "+": case "=": view.zoom(0.5, this.middle()); return true;
      case "-": case "_": view.zoom(2, this.middle()); return true;
      case "0": case "Home": this.reset(); return true;
      case "Enter": this.clicked(at, event); return true;
      default: return false;
    }
  }

  // Zoom about the cursor where it is in sight.
  middle() {
    return cursor.at !== null && cursor.at >= view.from && cursor.at <= view.to ? cursor.at : undefined;
  }

  reset() {
    view.reset();
  }

  instant(left) {
    return this.chart.posToVal(left, "x");
  }

  clicked() {}

  selected(u) {
    if (u.select.width > 3) {
      const [from, to] = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
      u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      view.set(from, to);
    } else if (u.select.width || u.select.height) {
      u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    }
  }

  pointed(u) {
    if (this.moving || u.cursor.left === undefined || u.cursor.left < 0) return;
    cursor.at = this.instant(u.cursor.left);
    cursor.row = undefined;
    this.top = u.cursor.top;
    cursor.listeners.forEach((listener) => listener(this));
  }

  // Show the cursor that another plot or a key has moved.
  follow(source) {
    if (source === this || cursor.at === null) return;
    this.moving = true;
    const left = this.chart.valToPos(cursor.at, "x");
    const inside = left >= 0 && left <= this.chart.over.clientWidth;
    this.chart.setCursor({ left: inside ? left : -10, top: inside ? 1 : -10 });
    this.moving = false;
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // a page must scroll
    event.preventDefault();
    view.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.instant(event.offsetX));
  }

  rescale() {
    this.chart.setScale("x", { min: view.from, max: view.to });
  }

  resize(width) {
    this.chart.setSize({ width: Math.max(width || this.host.clientWidth, 260), height: this.height });
  }

  redraw() {
    this.chart.redraw(false, true);
  }

  destroy() {
    this.listening.abort();
    this.chart.destroy();
    plots.splice(plots.indexOf(this), 1);
  }
}

view.listeners.push(() => plots.forEach((plot) => plot.rescale()));
cursor.listeners.push((source) => plots.forEach((plot) => plot.follow(source)));
