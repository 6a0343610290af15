// Autoscale evaluations: a list of one line each; opened, a card says why.

const BATCH = 100; // lines added at a time

const list = {
  pool: null,
  shown: [],
  built: 0,
};

function evaluationsOf(pool) {
  return page.evaluations.rows.filter((row) => row.pool === pool.id);
}

function buildEvaluations(pool) {
  const rows = evaluationsOf(pool);
  const section = document.getElementById("evaluations-list");
  list.pool = pool;
  const chooser = document.getElementById("evaluations-which");
  const eventful = rows.filter((row) => row.eventful);
  chooser.hidden = !rows.length || !eventful.length || eventful.length === rows.length;
  const select = chooser.querySelector("select");
  select.value = !chooser.hidden && rows.length > 40 ? "eventful" : "all";
  select.onchange = () => fill(select.value === "all" ? rows : eventful);
  section.replaceChildren();
  fill(select.value === "all" ? rows : eventful);
}

function fill(rows) {
  list.shown = rows;
  list.built = 0;
  document.getElementById("evaluations-list").replaceChildren();
  more();
}

// Add the next lines; a list of thousands is never built at once.
function more(until) {
  const host = document.getElementById("evaluations-list");
  const next = Math.min(Math.max(list.built + BATCH, until || 0), list.shown.length);
  for (; list.built < next; list.built += 1) host.append(line(list.shown[list.built]));
  const said = document.getElementById("evaluations-said");
  said.textContent = list.pool && !evaluationsOf(list.pool).length
    ? "Pool " + list.pool.id + " has no autoscale evaluation in this page."
    : `${count(list.built)} of ${count(list.shown.length)} shown.`;
  document.getElementById("evaluations-more").hidden = list.built >= list.shown.length;
}

const DID = {
  none: "no change",
  resize: "resize",
  retarget: "resize under way, new target",
  pending: "new target waits for a drain",
  error: "error",
};

function pair(values) {
  const [dedicated, low] = values;
  return low ? `${dedicated ?? "–"} dedicated, ${low} low-priority` : `${dedicated ?? "–"} dedicated`;
}

function line(row) {
  const did = DID[row.action] || row.action;
  const problem = row.error === undefined ? "" : page.evaluations.texts[row.error];
  const targets = row.before ? `${pair(row.before)} → ${pair(row.target)}` : pair(row.target);
  const made = element("details", { class: `evaluation${problem ? " wrong" : ""}` },
    element("summary", {},
      element("span", { class: "when" }, clock.say(row.time)),
      element("span", { class: "what" }, targets),
      element("span", { class: "did" }, problem ? `${did}: ${problem}` : did),
    ));
  made.dataset.time = row.time;
  made.addEventListener("toggle", () => {
    if (made.open && !made.querySelector(".card")) made.append(card(row));
  });
  return made;
}

// Why an evaluation came to its result.
function card(row) {
  const { texts } = page.evaluations;
  const made = element("div", { class: "card" });
  made.append(targets(row));
  if (row.error !== undefined) {
    const message = row.message === undefined ? "" : `: ${texts[row.message]}`;
    made.append(element("p", { class: "problem" }, `${texts[row.error]}${message}`));
  }
  if (row.warnings) made.append(element("p", {}, row.warnings === 1 ? "1 warning of the evaluation" : `${count(row.warnings)} warnings of the evaluation`));
  if (row.said !== undefined) made.append(element("p", { class: "problem" }, `The resize: ${texts[row.code]}, ${texts[row.said]}`));
  const results = texts[row.results];
  if (results) {
    made.append(element("h3", {}, "Results string"), element("ul", { class: "results" },
      ...results.split(";").filter((part) => part.trim()).map((part) => element("li", {}, element("code", {}, part.trim())))));
  }
  if (row.option !== undefined) made.append(element("p", {}, `Tasks on nodes that leave: ${texts[row.option]}`));
  made.append(row.trace ? trace(row.trace) : element("p", { class: "faint" },
    page.evaluations.traced ? "Its trace is not in this page." : "No trace: run with options.recordTraces: true to see every statement and sample."));
  made.append(element("button", {
    type: "button",
    onclick: () => {
      const half = Math.min(Math.max((view.to - view.from) / 2, 1), END / 8);
      view.set(row.time - half, row.time + half);
      pointAt(row.time);
      const plot = document.getElementById("plot-nodes");
      plot.scrollIntoView({ block: "center" });
      plot.focus({ preventScroll: true });
    },
  }, "Show on the plot"));
  return made;
}

function targets(row) {
  const kinds = ["dedicated", "low-priority"].filter((kind, at) => !at || row.target[1] || row.raw[1] || (row.before || [])[1]);
  const head = ["nodes", "before", "formula said", "truncated", "target applied", "there at its end"];
  const isKept = row.error !== undefined;
  const body = kinds.map((kind, at) => {
    const raw = row.raw[at];
    const cut = typeof raw === "number" ? Math.trunc(raw) : raw;
    const cells = [row.before ? row.before[at] : "–", isKept ? "error" : raw ?? "–", isKept ? "–" : cut ?? "–", row.target[at], row.reached && row.until !== undefined ? row.reached[at] : "–"];
    return element("tr", {}, element("th", { scope: "row" }, kind), ...cells.map((cell) => element("td", { class: "number" }, String(cell))));
  });
  const made = element("table", { class: "small" },
    element("caption", {}, "Targets, from what the formula said to what became of it"),
    element("thead", {}, element("tr", {}, ...head.map((title, at) => element("th", { scope: "col", class: at ? "number" : null }, title)))),
    element("tbody", {}, ...body));
  const host = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "targets" }, made);
  return row.until === undefined ? host : element("div", {}, host, element("p", { class: "faint" }, `The resize took ${span(row.until - row.time)}.`));
}

function trace(steps) {
  const rows = steps.map(([at, value, windows, branches]) => {
    const [statementLine, column, text] = page.evaluations.statements[at];
    const notes = [
      ...windows.map(windowText),
      ...branches.map(([branchLine, branchColumn, taken]) => `'?' at ${branchLine}:${branchColumn}: ${taken}`),
    ];
    return element("tr", {},
      element("th", { scope: "row" }, `${statementLine}:${column}`),
      element("td", {}, element("code", {}, text), ...notes.map((note) => element("div", { class: "note" }, note))),
      element("td", {}, value === null ? "stopped here" : element("code", {}, String(value))));
  });
  return element("div", {}, element("h3", {}, "Statement by statement"),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "trace of the evaluation" },
      element("table", { class: "trace" },
        element("thead", {}, element("tr", {}, ...["place", "statement, and what it read", "came to"].map((title) => element("th", { scope: "col" }, title)))),
        element("tbody", {}, ...rows))));
}

function windowText(window) {
  const values = `[${window.more ? "…, " : ""}${window.values.join(", ")}]`;
  if (window.from === null || window.to === null) return `${window.metric}: newest ${window.expected} asked for, ${window.available} there: ${values}`;
  const wanted = window.wanted === null ? "" : `, ${window.wanted} % demanded`;
  const filled = `${window.available} of ${window.expected} samples (${Math.round(window.percent)} %${wanted})`;
  return `${window.metric}, ${window.from} to ${window.to}: ${filled}: ${values}`;
}

// Open the evaluation nearest to an instant, if there is one within reach.
function openNearest(pool, at, reach) {
  const rows = evaluationsOf(pool);
  let best = null;
  for (const row of rows) if (best === null || Math.abs(row.time - at) < Math.abs(best.time - at)) best = row;
  if (best === null || Math.abs(best.time - at) > reach) return;
  if (!list.shown.includes(best)) {
    document.getElementById("evaluations-which").querySelector("select").value = "all";
    fill(rows);
  }
  more(list.shown.indexOf(best) + 1);
  const made = document.getElementById("evaluations-list").children[list.shown.indexOf(best)];
  made.open = true;
  made.scrollIntoView({ block: "center" });
  made.querySelector("summary").focus({ preventScroll: true });
}
