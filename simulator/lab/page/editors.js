// The editors: the formula with what its language knows, and the scenario as YAML.

import { cursor, element, evaluationsOf } from "./drawing.js";
import { formulaInSight, picture } from "./picture.js";
import { ask } from "./server.js";
import { session } from "./session.js";
import {
  Annotation, Decoration, EditorState, EditorView, HighlightStyle, StateEffect, StateField, StreamLanguage, WidgetType, autocompletion, bracketMatching,
  closeBrackets, closeBracketsKeymap, completionKeymap, defaultKeymap, drawSelection, highlightActiveLine, history,
  historyKeymap, hoverTooltip, keymap, lineNumbers, lintGutter, lintKeymap, setDiagnostics, syntaxHighlighting, tags, yaml,
} from "./vendor/editor.js";

const FORMULA_PAUSE = 150; // ms without a key after which a text is looked at
const SCENARIO_PAUSE = 350;
const fromOutside = Annotation.define();

const look = HighlightStyle.define([
  { tag: tags.variableName, class: "tok-variable" },
  { tag: tags.special(tags.variableName), class: "tok-service" },
  { tag: tags.function(tags.variableName), class: "tok-function" },
  { tag: [tags.number, tags.bool], class: "tok-number" },
  { tag: [tags.string, tags.content], class: "tok-string" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.keyword, tags.atom], class: "tok-keyword" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "tok-key" },
]);

/** @type {Map<string, any>} */
let names = new Map();

const formulaLanguage = StreamLanguage.define({
  name: "autoscale",
  token(stream) {
    if (stream.match(/\/\/.*/)) return "comment";
    if (stream.match(/"[^"]*"?/)) return "string";
    if (stream.match(/\d+(\.\d+)?([eE][-+]?\d+)?/)) return "number";
    const word = stream.match(/\$?[A-Za-z_]\w*/);
    if (word) {
      const kind = names.get(word[0])?.kind;
      if (kind === "variable") return "variableName.special";
      if (kind === "function" || kind === "method") return "variableName.function";
      if (kind === "keyword" || kind === "constant") return "keyword";
      return "variableName";
    }
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "//" } },
});

const basics = (label) => [
  lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), highlightActiveLine(),
  EditorView.lineWrapping, EditorState.tabSize.of(2), syntaxHighlighting(look), lintGutter(),
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
  EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
  EditorView.cspNonce.of(document.getElementById("nonce").content),
];

// --- values beside the lines ----------------------------------------------------------------------------------------

class Value extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq(other) {
    return other.text === this.text;
  }

  toDOM() {
    return element("span", { class: "line-value", "aria-hidden": "true" }, this.text);
  }
}

const setValues = StateEffect.define();
const values = StateField.define({
  create: () => Decoration.none,
  update(found, transaction) {
    let now = found.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setValues)) now = effect.value;
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The last evaluation of the pool at or before the cursor. */
function evaluationNow(pool) {
  const rows = evaluationsOf(pool);
  const at = cursor.at ?? picture.data.end;
  return rows.findLast((row) => row.time <= at) || rows[0];
}

function showValues() {
  if (!formula || !picture.data || !chosen) return;
  const pool = picture.data.pools.find((one) => one.id === chosen.pool);
  const row = pool && evaluationNow(pool);
  const about = document.getElementById("formula-about");
  if (!row || !row.trace || formula.state.doc.toString() !== chosen.text) {
    if (formula.state.field(values).size) formula.dispatch({ effects: setValues.of(Decoration.none) });
    about.textContent = "";
    return;
  }
  const { statements } = picture.data.evaluations;
  const doc = formula.state.doc;
  const byLine = new Map();
  row.trace.forEach(([number, value]) => {
    const [line, , text] = statements[number];
    const last = Math.min(line + (text.match(/\n/g) || []).length, doc.lines);
    byLine.set(last, value === null ? "stopped here" : String(value));
  });
  const marks = [...byLine].sort((one, other) => one[0] - other[0])
    .map(([line, value]) => Decoration.widget({ widget: new Value(value), side: 1 }).range(doc.line(line).to));
  formula.dispatch({ effects: setValues.of(Decoration.set(marks)) });
  const minutes = Math.round(row.time / 60000);
  about.textContent = `Beside each line: its value at the evaluation of ${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h. Move over the picture for others.`;
}

// --- the formula ----------------------------------------------------------------------------------------------------

/** @type {EditorView | null} */
let formula = null;
/** The pool whose formula is edited. @type {any} */
let chosen = null;
let pause = 0;

function completions(context) {
  const word = context.matchBefore(/[$\w]+/);
  const afterDot = context.matchBefore(/\.\w*/);
  if (!word && !afterDot && !context.explicit) return null;
  const kinds = afterDot ? ["method", "property"] : ["variable", "function", "constant", "keyword"];
  const own = [...new Set(context.state.doc.toString().match(/\$\w+(?=\s*=[^=])/g) || [])].filter((name) => !names.has(name));
  const options = [...names.values()].filter((one) => kinds.includes(one.kind)).map((one) => ({
    label: one.name, type: one.kind, detail: one.kind, info: `${one.usage}\n${one.meaning}`,
  }));
  if (!afterDot) options.push(...own.map((label) => ({ label, type: "variable", detail: "of this formula" })));
  return { from: afterDot ? afterDot.from + 1 : word ? word.from : context.pos, options, validFor: /^[$\w]*$/ };
}

const meaning = hoverTooltip((view, at) => {
  const line = view.state.doc.lineAt(at);
  for (const found of line.text.matchAll(/\$?[A-Za-z_]\w*/g)) {
    const from = line.from + found.index;
    if (from > at || from + found[0].length < at) continue;
    const known = names.get(found[0]);
    if (!known) return null;
    const dom = element("div", { class: "meaning" }, element("code", {}, known.usage), element("p", {}, known.meaning));
    return { pos: from, end: from + found[0].length, above: true, create: () => ({ dom }) };
  }
  return null;
});

function makeFormula(host) {
  return new EditorView({
    parent: host,
    state: EditorState.create({
      extensions: [
        ...basics("autoscale formula"), formulaLanguage, values, meaning, autocompletion({ override: [completions] }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((one) => one.annotation(fromOutside))) return;
          clearTimeout(pause);
          pause = setTimeout(edited, FORMULA_PAUSE);
        }),
      ],
    }),
  });
}

/** What was typed: noted on at once; run where nothing in it is refused. */
async function edited() {
  const text = formula.state.doc.toString();
  const isFine = await note(text);
  if (isFine && chosen && text === formula.state.doc.toString() && text.trim() !== chosen.text.trim()) {
    session.change([{ put: chosen.path, value: text.endsWith("\n") ? text : `${text}\n` }], "formula");
  }
}

/** Show what the linter finds; true where the service would take the formula. */
async function note(text) {
  if (!chosen) return false;
  const reply = await ask("formula", { formula: text, slots: chosen.slots, interval: chosen.interval });
  if (text !== formula.state.doc.toString() || !reply.findings) return false;
  const size = text.length;
  formula.dispatch(setDiagnostics(formula.state, reply.findings.map((found) => ({
    from: Math.min(found.from, size),
    to: Math.min(found.to, size),
    severity: found.severity,
    source: found.rule,
    message: `${found.message}\n${found.fix}`,
    actions: found.edits.length ? [{ name: "Mend it", apply: (view) => mend(view, found.edits) }] : [],
  }))));
  showFindings(reply);
  return !reply.findings.some((found) => found.severity === "error" && ["syntax", "too-long"].includes(found.rule));
}

function mend(view, edits) {
  view.dispatch({ changes: edits.map(([from, to, insert]) => ({ from, to, insert })) });
}

function showFindings({ findings }) {
  const items = findings.map((found) => element("li", { class: found.severity },
    element("button", { type: "button", class: "plain", onclick: () => { formula.dispatch({ selection: { anchor: found.from }, scrollIntoView: true }); formula.focus(); } },
      element("strong", {}, found.severity === "info" ? "note" : found.severity), ` ${found.message}`),
    element("p", {}, found.fix),
    found.edits.length ? element("button", { type: "button", onclick: () => mend(formula, found.edits) }, "Mend it") : null));
  document.getElementById("formula-notes").replaceChildren(items.length
    ? element("ul", { class: "findings" }, ...items)
    : element("p", { class: "faint" }, "Nothing to note about this formula."));
}

function set(view, text) {
  if (view.state.doc.toString() === text) return;
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: fromOutside.of(true) });
}

function showFormula(origin) {
  const tab = document.getElementById("tab-formula");
  chosen = formulaInSight();
  tab.hidden = !chosen;
  if (!chosen) {
    if (tab.getAttribute("aria-selected") === "true") document.getElementById("tab-knobs").click();
    return;
  }
  if (origin !== "formula") {
    const before = formula.state.doc.toString();
    set(formula, chosen.text);
    if (before !== chosen.text) note(chosen.text);
  }
}

// --- the scenario ---------------------------------------------------------------------------------------------------

/** @type {EditorView | null} */
let scenario = null;

function makeScenario(host) {
  let waiting = 0;
  return new EditorView({
    parent: host,
    state: EditorState.create({
      extensions: [
        ...basics("scenario as YAML"), yaml(),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((one) => one.annotation(fromOutside))) return;
          clearTimeout(waiting);
          waiting = setTimeout(() => session.replace(scenario.state.doc.toString(), "scenario"), SCENARIO_PAUSE);
        }),
      ],
    }),
  });
}

function showProblems(problems) {
  const doc = scenario.state.doc;
  scenario.dispatch(setDiagnostics(scenario.state, problems.filter((one) => one.line && one.line <= doc.lines).map((one) => {
    const line = doc.line(one.line);
    const from = Math.min(line.from + (one.column || 1) - 1, line.to);
    const word = /^[\w$.-]+/.exec(line.text.slice(from - line.from));
    return { from, to: Math.max(Math.min(from + (word ? word[0].length : 1), line.to), from), severity: one.isWarning ? "warning" : "error", message: one.message };
  }).sort((one, other) => one.from - other.from)));
  const shown = problems.map((one) => element("li", { class: one.isWarning ? "warning" : "error" },
    element("strong", {}, one.isWarning ? "warning" : "error"), ` ${one.line ? `line ${one.line}: ` : ""}${one.message}`));
  document.getElementById("scenario-notes").replaceChildren(shown.length ? element("ul", { class: "findings" }, ...shown) : "");
  const errors = problems.filter((one) => !one.isWarning);
  document.getElementById("problems").replaceChildren(...(errors.length
    ? [element("p", {}, errors.length === 1 ? "This cannot be run:" : `${errors.length} things stand in the way of a run:`), element("ul", { class: "findings" }, ...errors.slice(0, 4).map((one) => element("li", { class: "error" }, one.message)))]
    : []));
  document.body.classList.toggle("is-stale", errors.length > 0);
}

export function setUpEditors(language) {
  names = new Map(language.map((one) => [one.name, one]));
  formula = makeFormula(document.getElementById("formula"));
  scenario = makeScenario(document.getElementById("scenario"));
  for (const [view, name] of [[formula, "formula, to scroll"], [scenario, "scenario, to scroll"]]) {
    view.scrollDOM.tabIndex = 0; // what can be scrolled can be reached
    view.scrollDOM.setAttribute("role", "region");
    view.scrollDOM.setAttribute("aria-label", name);
  }
  session.on("scene", (origin) => {
    if (origin !== "scenario") set(scenario, session.text);
    showFormula(origin);
  });
  session.on("pool", () => {
    showFormula("pool");
    showValues();
  });
  session.on("problems", showProblems);
  session.on("run", () => requestAnimationFrame(showValues));
  let frame = 0;
  cursor.listeners.push(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(showValues);
  });
}
