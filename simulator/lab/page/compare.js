// Compare: a run that is pinned stays behind the later ones, which face the same random draws; runs are named and kept;
// replications in the background show how sure a difference is.

import { element } from "./drawing.js";
import { pinned, showNumbers } from "./numbers.js";
import { picture, show } from "./picture.js";
import { Unreachable, faultOf, follow } from "./server.js";
import { session } from "./session.js";
import { written } from "./words.js";

const part = (id) => document.getElementById(id);
const REPLICATIONS = 30;
/** Runs that were pinned in this scene, by their names. @type {{name: string, text: string, run: any}[]} */
let kept = [];
/** @type {AbortController | null} */
let asking = null;

export function setUpCompare() {
  part("pin").addEventListener("click", () => (pinned.run ? unpin() : pin()));
  part("be-sure").addEventListener("click", beSure);
  session.on("opened", () => {
    kept = [];
    unpin();
  });
  session.on("scene", () => forgetSure());
}

/** Keep the present run as what others are compared with. */
export function pin(name) {
  if (!session.run) return;
  const one = { name: name || `run ${kept.length + 1}`, text: session.text, run: session.run };
  kept.push(one);
  compareWith(one);
}

function compareWith(one) {
  pinned.run = one.run;
  pinned.text = one.text;
  picture.ghosts = [one.run];
  refresh();
}

function unpin() {
  pinned.run = null;
  pinned.text = null;
  picture.ghosts = [];
  refresh();
}

function refresh() {
  forgetSure();
  part("pin").setAttribute("aria-pressed", String(Boolean(pinned.run)));
  part("pin").textContent = pinned.run ? "Unpin" : "Pin this run";
  const one = kept.find((other) => other.run === pinned.run);
  part("pin-words").textContent = one ? `${one.name} is drawn dotted; the same random draws in every run.` : "";
  showKept();
  if (session.run && picture.data) {
    show(session.run.page);
    showNumbers();
  }
}

function showKept() {
  if (!kept.length) {
    part("kept-runs").replaceChildren();
    return;
  }
  const select = element("select", { "aria-label": "runs that were kept" },
    element("option", { value: "" }, kept.length === 1 ? "1 run kept" : `${kept.length} runs kept`),
    ...kept.flatMap((one, at) => [
      element("option", { value: `compare ${at}` }, `Compare with ${one.name}`),
      element("option", { value: `open ${at}` }, `Go back to ${one.name}`),
      element("option", { value: `name ${at}` }, `Rename ${one.name} …`),
    ]));
  select.addEventListener("change", () => {
    const [what, at] = select.value.split(" ");
    const one = kept[+at];
    if (what === "compare") compareWith(one);
    else if (what === "open") session.replace(one.text, "kept");
    else rename(one);
    select.value = "";
  });
  part("kept-runs").replaceChildren(select);
}

function rename(one) {
  const input = element("input", { type: "text", value: one.name, "aria-label": "name of the run", maxlength: "60" });
  const done = () => {
    one.name = input.value.trim() || one.name;
    refresh();
  };
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") done(); });
  input.addEventListener("blur", done, { once: true });
  part("kept-runs").replaceChildren(input);
  input.focus();
}

/** Run both scenes again and again, each time with other random draws, and show the intervals as they narrow. */
async function beSure() {
  if (asking) {
    forgetSure();
    return;
  }
  asking = new AbortController();
  part("be-sure").textContent = "Stop";
  const host = part("sure");
  host.replaceChildren(element("p", { class: "faint" }, "Replications run …"));
  const body = { text: session.text, count: REPLICATIONS, ...(pinned.text && pinned.text !== session.text ? { other: pinned.text } : {}) };
  const mine = asking;
  const complain = (message) => host.replaceChildren(element("p", { class: "problem" }, message));
  try {
    await follow("sure", body, (line) => {
      if (mine !== asking) return;
      if (line.sure) showSure(line.sure, line.done);
      else if (faultOf(line)) complain(faultOf(line));
    }, asking.signal);
  } catch (error) {
    if (error instanceof Unreachable) {
      if (mine === asking) complain(error.message);
    } else if (error.name !== "AbortError") throw error;
  } finally {
    if (mine === asking) finish();
  }
}

function finish() {
  asking = null;
  part("be-sure").textContent = "Be sure";
}

function forgetSure() {
  if (asking) asking.abort();
  finish();
  part("sure").replaceChildren();
}

function showSure({ count, estimates }, isDone) {
  const hasOther = estimates.some((one) => one.other);
  const rows = estimates.filter((one) => one.now && (one.now.value || one.other?.value)).map((one) => element("tr", {},
    element("th", { scope: "row" }, one.title),
    element("td", { class: "number", "data-title": "this scene" }, interval(one.now, one.unit)),
    ...(hasOther ? [
      element("td", { class: "number", "data-title": "pinned" }, interval(one.other, one.unit)),
      element("td", { class: "number", "data-title": "difference" }, verdict(one)),
    ] : [])));
  const heads = ["mean, and where it lies with 95 %", "this scene", ...(hasOther ? ["pinned", "difference"] : [])];
  part("sure").replaceChildren(
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "how sure the figures are" }, element("table", { class: "small" },
      element("caption", {}, `${count} replications${isDone ? "" : " so far"}, each with other random draws${hasOther ? ", the same for both" : ""}`),
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))), element("tbody", {}, ...rows))));
}

function interval(estimate, unit) {
  if (!estimate) return "–";
  if (estimate.low === null || estimate.high === null) return written(estimate.value, unit);
  return `${written(estimate.value, unit)} (${written(estimate.low, unit)} to ${written(estimate.high, unit)})`;
}

function verdict(one) {
  if (!one.difference || one.difference.low === null) return "–";
  const { low, high } = one.difference;
  if (low <= 0 && high >= 0) return `not sure: ${written(low, one.unit)} to ${written(high, one.unit)}`;
  const isBetter = low > 0 === one.moreIsBetter;
  return `${isBetter ? "better" : "worse"}: ${interval(one.difference, one.unit)}`;
}
