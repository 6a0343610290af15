// The figures of a run, each beside the one of the run that is pinned, and where the node time went.

import { element } from "./drawing.js";
import { session } from "./session.js";
import { difference, written } from "./words.js";

export const pinned = {
  /** The run that others are compared with. @type {any} */
  run: null,
  /** Its scene. @type {string | null} */
  text: null,
};

/** Figures that are shown only where there is something to say. */
const QUIET = new Set(["lost_node_hours", "unfinished", "evaluations.target_changes"]);

export function showNumbers() {
  const { run } = session;
  if (!run) return;
  const before = pinned.run ? new Map(pinned.run.figures.map((one) => [one.measure, one])) : null;
  const made = run.figures.filter((one) => !QUIET.has(one.measure) || one.value || before?.get(one.measure)?.value).map((one) => {
    const was = before && before.get(one.measure);
    const words = was ? difference(one.value, was.value, one.unit) : "";
    const sign = was && one.value !== null && was.value !== null && words !== "the same" ? ((one.value > was.value) === one.moreIsBetter ? "better" : "worse") : "";
    return element("div", { title: one.meaning, "data-measure": one.measure }, element("dt", {}, one.title),
      element("dd", {}, written(one.value, one.unit), words ? element("small", { class: sign }, words) : null));
  });
  document.getElementById("figures").replaceChildren(...made);
  document.getElementById("sentence").textContent = run.sentence;
  showLedger(run.ledger);
}

function showLedger(ledger) {
  const total = ledger.reduce((sum, one) => sum + one.hours, 0);
  const host = document.getElementById("ledger");
  if (!total) {
    host.replaceChildren();
    return;
  }
  const parts = ledger.map((one) => {
    const part = element("span", { class: `label-${one.label}`, title: `${one.title}: ${one.hours.toFixed(1)} node-hours` });
    part.style.flexGrow = String(one.hours);
    return part;
  });
  const keys = ledger.filter((one) => one.hours / total >= 0.005).map((one) => element("span", { class: "key" },
    element("span", { class: `swatch label-${one.label}`, "aria-hidden": "true" }), `${one.title} ${Math.round((100 * one.hours) / total)} %`));
  host.replaceChildren(
    element("h2", { class: "small-title" }, `Where ${total.toFixed(1)} node-hours went`),
    element("div", { class: "bar ledger-bar", role: "img", "aria-label": ledger.map((one) => `${one.title} ${one.hours.toFixed(1)} node-hours`).join(", ") }, ...parts),
    element("div", { class: "legend" }, ...keys));
}

export function setUpNumbers() {
  session.on("run", showNumbers);
}
