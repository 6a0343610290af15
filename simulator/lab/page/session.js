// The scene that is played with: its text, what the server says of it, and its run. One question is on its way at a
// time; what is changed meanwhile goes with the next one, so that a slider that is dragged keeps the picture moving.

import { Unreachable, follow } from "./server.js";

const PATIENCE = 700; // ms that a run may take before a further change calls it off
const MOST_UNDONE = 100;

export const session = {
  text: "",
  /** What is known of the scene in the gallery; null of a scene that is not in it. @type {any} */
  about: null,
  /** @type {any[]} */
  knobs: [],
  /** @type {any[]} */
  formulas: [],
  /** The last run that was drawn. @type {any} */
  run: null,
  /** How many lines the timeline of the text has. */
  lines: 0,
  /** Whether it names files, which a link cannot hold. */
  namesFiles: false,
  /** Texts before changes, for undo. @type {string[]} */
  past: [],
  listeners: {},

  /** Have a function called when something is known: `scene`, `run`, `problems`, `progress`, `opened`, `pool`. */
  on(name, listener) {
    (this.listeners[name] ||= []).push(listener);
  },

  notify(name, value) {
    (this.listeners[name] || []).forEach((listener) => listener(value));
  },

  /** Open another scene. */
  open(text, about) {
    this.text = text;
    this.about = about;
    this.past = [];
    this.run = null;
    waiting.changes = [];
    waiting.isReplaced = true;
    this.notify("opened", about);
    this.refresh("opened");
  },

  /** Make changes and run; `origin` names the part of the page that they come from. */
  change(changes, origin) {
    remember(changes);
    waiting.changes = merged(waiting.changes, changes);
    this.refresh(origin);
  },

  /** Take a whole new text and run. */
  replace(text, origin) {
    remember([]);
    this.text = text;
    waiting.changes = [];
    waiting.isReplaced = true;
    this.refresh(origin);
  },

  undo() {
    if (!this.past.length) return;
    this.text = this.past.pop();
    lastKnob = "";
    waiting.changes = [];
    waiting.isReplaced = true;
    this.refresh("undo");
  },

  /** Run what is there now, or after the run that is on its way. */
  refresh(origin) {
    waiting.origin = origin;
    waiting.is = true;
    if (!current) send();
    else if (performance.now() - current.began > PATIENCE || waiting.isReplaced) current.abort.abort();
  },

  stop() {
    waiting.is = false;
    if (current) current.abort.abort();
    this.notify("progress", null);
  },
};

const waiting = { is: false, changes: [], origin: "", isReplaced: false };
/** @type {{abort: AbortController, began: number} | null} */
let current = null;
let lastKnob = "";

/** A knob that is dragged is one change to undo, however many values it passes. */
function remember(changes) {
  const knob = changes.length === 1 && changes[0].knob ? changes[0].knob : "";
  if (knob && knob === lastKnob) return;
  lastKnob = knob;
  if (session.past.at(-1) !== session.text) session.past.push(session.text);
  if (session.past.length > MOST_UNDONE) session.past.shift();
}

function merged(before, after) {
  const names = new Set(after.map(nameOf).filter(Boolean));
  return [...before.filter((change) => !names.has(nameOf(change))), ...after];
}

function nameOf(change) {
  return change.knob || (change.put && change.put.join("."));
}

async function send() {
  const { changes, origin } = waiting;
  Object.assign(waiting, { is: false, changes: [], isReplaced: false });
  const mine = { abort: new AbortController(), began: performance.now() };
  current = mine;
  document.body.dataset.busy = "true";
  let isTaken = false;
  try {
    await follow("run", { text: session.text, changes, measures: session.about ? session.about.measures : [] }, (line) => {
      if (waiting.isReplaced || mine !== current) return;
      isTaken = isTaken || line.text !== undefined;
      take(line, origin);
    }, mine.abort.signal);
  } catch (error) {
    if (error instanceof Unreachable) {
      session.notify("progress", null);
      session.notify("problems", [{ message: error.message }]);
    } else if (error.name !== "AbortError") reportError(error);
  }
  // Changes that were called off go with the next question, unless the text that they were made to is gone.
  if (!isTaken && mine.abort.signal.aborted && !waiting.isReplaced) waiting.changes = merged(changes, waiting.changes);
  current = null;
  document.body.dataset.busy = String(waiting.is);
  if (waiting.is) send();
}

function take(line, origin) {
  if (line.text !== undefined) {
    Object.assign(session, { text: line.text, knobs: line.knobs, formulas: line.formulas, lines: line.lines, namesFiles: line.namesFiles });
    session.notify("scene", origin);
  } else if (line.progress) {
    session.notify("progress", line.progress);
  } else if (line.run) {
    session.run = line.run;
    session.notify("progress", null);
    session.notify("problems", line.warnings);
    session.notify("run", line.run);
  } else if (line.problems || line.error || line.defect) {
    session.notify("progress", null);
    session.notify("problems", line.problems || [{ message: line.error || line.defect }]);
  }
}
