// Puts the page together: theme, choice of clock and of pool, buttons, print.

let built = [];
let tellers = [];

function choosePool(pool) {
  [...plots].forEach((plot) => plot.destroy());
  built = buildPool(pool);
  tellers = [built.pop()];
  const nodes = document.getElementById("nodes-section");
  if (nodes) nodes.hidden = !pool.nodes;
  if (pool.nodes) {
    const [plot, sayNodes] = buildNodes(pool);
    tellers.push(sayNodes);
    built.push(plot);
  }
  document.querySelectorAll("[data-pool]").forEach((part) => { part.hidden = part.dataset.pool !== pool.id; });
  buildEvaluations(pool);
}

function redrawAll() {
  plots.forEach((plot) => plot.redraw());
}

function chosenTheme() {
  return root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A page opened from a file may not keep anything; then it starts anew next time.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function setUpTheme() {
  const kept = remembered("poolsight-theme");
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  const button = document.getElementById("theme");
  const show = () => {
    const dark = chosenTheme() === "dark";
    button.textContent = dark ? "Light" : "Dark";
    button.setAttribute("aria-label", `switch to a ${dark ? "light" : "dark"} page`);
    redrawAll();
  };
  button.addEventListener("click", () => {
    root.dataset.theme = chosenTheme() === "dark" ? "light" : "dark";
    remember("poolsight-theme", root.dataset.theme);
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  button.hidden = false;
  show();
}

// Paper is white and narrower than most screens: canvases are drawn anew for it.
function setUpPrint() {
  let before;
  let isPaper = false;
  const PAPER = 690;
  addEventListener("beforeprint", () => {
    isPaper = true;
    before = root.dataset.theme;
    root.dataset.theme = "light";
    plots.forEach((plot) => plot.resize(PAPER));
    redrawAll();
  });
  addEventListener("afterprint", () => {
    isPaper = false;
    before === undefined ? delete root.dataset.theme : (root.dataset.theme = before);
    plots.forEach((plot) => plot.resize());
    redrawAll();
  });
  new ResizeObserver(() => { if (!isPaper) plots.forEach((plot) => plot.resize()); }).observe(document.querySelector("main"));
}

function setUpClock() {
  const select = document.getElementById("clock");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([page.zone, "UTC", here].filter(Boolean))];
  select.append(...zones.map((zone) => element("option", { value: zone }, zone === here && zone !== "UTC" ? `${zone} (here)` : zone)));
  select.append(element("option", { value: "elapsed" }, "time since the start"));
  clock.zone = page.zone || "UTC";
  select.value = clock.zone;
  select.addEventListener("change", () => {
    clock.zone = select.value;
    redrawAll();
    if (cursor.at !== null) cursor.listeners.forEach((listener) => listener());
    fill(list.shown);
  });
}

function setUpButtons() {
  const actions = {
    in: () => view.zoom(0.5),
    out: () => view.zoom(2),
    left: () => view.pan(-0.5),
    right: () => view.pan(0.5),
    reset: () => built.forEach((plot) => plot.reset()),
  };
  document.querySelectorAll("button[data-view]").forEach((button) => button.addEventListener("click", actions[button.dataset.view]));
}

function showWindow() {
  const all = view.from === 0 && view.to === END;
  const said = document.getElementById("window");
  said.dataset.view = `${view.from} ${view.to}`;
  said.textContent = all
    ? `whole run, ${span(END)}`
    : `${clock.say(view.from)} to ${clock.say(view.to)} (${span(view.to - view.from)})`;
}

function start() {
  cursor.listeners.push(() => { if (cursor.at !== null) tellers.forEach((tell) => tell()); });
  view.listeners.push(showWindow);
  setUpClock();
  const select = document.getElementById("which-pool");
  if (select) select.addEventListener("change", () => choosePool(page.pools[select.selectedIndex]));
  document.getElementById("evaluations-more").addEventListener("click", () => more());
  choosePool(page.pools[0]);
  setUpButtons();
  showWindow();
}

adopt(JSON.parse(document.getElementById("page-data").textContent));
if (page.pools && page.pools.length) start();
setUpTheme();
setUpPrint();
document.body.dataset.ready = "true";
