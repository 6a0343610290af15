// What there is to do in a scene: guess before the change is made, or reach a target; and the search that breaks a formula.

import { pin } from "./compare.js";
import { element } from "./drawing.js";
import { pinned } from "./numbers.js";
import { formulaInSight } from "./picture.js";
import { Unreachable, faultOf, follow } from "./server.js";
import { session } from "./session.js";
import { written } from "./words.js";

const part = (id) => document.getElementById(id);
let hinted = 0;
/** @type {AbortController | null} */
let breaking = null;

export function setUpTasks(harms) {
  session.on("opened", (about) => {
    hinted = 0;
    part("scene-task").replaceChildren(...(about ? [about.guess ? guess(about) : null, about.targets.length ? targets(about) : null].filter(Boolean) : []));
    if (breaking) breaking.abort();
    part("broken").replaceChildren();
  });
  session.on("run", () => {
    const about = session.about;
    if (about && about.targets.length) check(about);
  });
  part("break-harm").replaceChildren(...harms.map((one) => element("option", { value: one.name, selected: one.name === "lost_work" }, one.title)));
  part("break").addEventListener("click", breakFormula);
}

/** A question with a few answers; the answer makes the change, with the run before it pinned. */
function guess(about) {
  const answer = element("div", { "aria-live": "polite" });
  const options = about.guess.options.map((text, at) => element("button", { type: "button", onclick: (event) => reveal(event.currentTarget, at) }, text));
  const reveal = (button, at) => {
    const isRight = at === about.guess.answer;
    options.forEach((one) => { one.disabled = true; });
    button.classList.add("chosen");
    options[about.guess.answer].classList.add("right");
    if (!pinned.run) pin("before");
    session.change(about.change.changes, "guess");
    answer.replaceChildren(element("p", {}, element("strong", {}, isRight ? "Right. " : "Not quite. "), about.guess.because));
  };
  return element("div", { class: "guess" }, element("p", {}, element("strong", {}, "What do you expect? "), `The change: ${about.change.title}.`),
    element("div", { class: "options" }, ...options), answer);
}

/** The targets of a challenge, hints one by one, and the best solution known. */
function targets(about) {
  const hints = element("ol", { class: "hints" });
  const more = element("button", { type: "button" }, "A hint");
  more.hidden = !about.hints.length;
  more.addEventListener("click", () => {
    hints.append(element("li", {}, about.hints[hinted]));
    hinted += 1;
    more.hidden = hinted >= about.hints.length;
  });
  const solve = element("button", { type: "button" }, "Show the best solution known");
  solve.addEventListener("click", () => {
    if (!pinned.run) pin("yours");
    session.change(about.change.changes, "solution");
    hints.append(element("li", {}, `Best known: ${about.change.title}.`));
    solve.disabled = true;
  });
  return element("div", { class: "guess" }, element("p", {}, element("strong", {}, "Reach this:")), element("ul", { class: "targets", id: "targets" }), hints,
    element("div", { class: "options" }, more, about.change ? solve : null));
}

function check(about) {
  const figures = new Map(session.run.figures.map((one) => [one.measure, one]));
  const rows = about.targets.map((target) => {
    const found = figures.get(target.measure);
    const isMet = found && found.value !== null && found.value <= target.most;
    return element("li", { class: isMet ? "met" : "unmet" }, element("strong", {}, isMet ? "✓ " : "✗ "), `${target.words}: now ${written(found?.value, found?.unit)}`);
  });
  part("targets").replaceChildren(...rows);
  const isSolved = rows.every((row) => row.className === "met");
  part("targets").dataset.solved = String(isSolved);
  if (isSolved) part("targets").append(element("li", { class: "met" }, element("strong", {}, "Solved.")));
}

async function breakFormula() {
  const pool = formulaInSight();
  if (!pool) return;
  const mine = new AbortController();
  breaking = mine;
  const host = part("broken");
  const button = part("break");
  button.disabled = true;
  host.replaceChildren(element("p", { class: "faint" }, "Looking for the load that does most harm …"));
  const body = { formula: pool.text, slots: pool.slots, interval: pool.interval, size: pool.size, harm: part("break-harm").value };
  const complain = (message) => host.replaceChildren(element("p", { class: "problem" }, message));
  try {
    await follow("break", body, (line) => {
      if (line.broken) host.replaceChildren(...found(line.broken));
      else if (faultOf(line)) complain(faultOf(line));
    }, mine.signal);
  } catch (error) {
    if (error instanceof Unreachable) complain(error.message);
    else if (error.name !== "AbortError") throw error;
  } finally {
    button.disabled = false;
    breaking = null;
  }
}

function openBroken({ text }) {
  session.title = "The load that breaks a formula";
  session.open(text, null);
}

function found(broken) {
  if (!broken.isHarmful) return [element("p", {}, `No load was found that does harm of this kind. ${broken.searched}.`)];
  return [
    element("p", {}, element("strong", {}, "Broken. "), `${broken.load}.`),
    element("p", {}, `${broken.figures}.`),
    broken.mended ? element("p", { class: "faint" }, `${broken.mended}.`) : null,
    element("button", { type: "button", onclick: () => openBroken(broken) }, "Open this load as a scene"),
  ].filter(Boolean);
}
