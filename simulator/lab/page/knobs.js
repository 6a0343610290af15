// The knobs of a scene, made from what the server says of it. A knob that is being moved is left alone.

import { element } from "./drawing.js";
import { session } from "./session.js";

const host = document.getElementById("knobs");
/** @type {Map<string, {row: HTMLElement, show: (knob: any) => void, shape: string}>} */
let rows = new Map();
let layout = "";

export function setUpKnobs() {
  session.on("opened", () => { layout = ""; });
  session.on("scene", show);
}

function show() {
  const named = session.about ? session.about.knobs : [];
  const first = session.knobs.filter((knob) => named.includes(knob.name));
  const others = session.knobs.filter((knob) => !named.includes(knob.name));
  const shape = JSON.stringify([first.map(shapeOf), others.map(shapeOf)]);
  if (shape !== layout) build(first, others, shape);
  session.knobs.forEach((knob) => rows.get(knob.name).show(knob));
}

function shapeOf(knob) {
  return [knob.name, knob.title, knob.group, knob.choices.length, knob.stops.length, knob.low, knob.high];
}

function build(first, others, shape) {
  const focused = document.activeElement && document.activeElement.id;
  layout = shape;
  rows = new Map();
  const open = host.querySelector("details")?.open;
  const groups = [...new Set(others.map((knob) => knob.group))];
  const made = groups.map((group) => element("fieldset", {}, element("legend", {}, group), ...others.filter((knob) => knob.group === group).map(row)));
  host.replaceChildren(...first.map(row));
  if (!first.length) host.append(...made);
  else if (made.length) host.append(element("details", { open: open || false }, element("summary", {}, "More to move"), ...made));
  if (focused && focused.startsWith("knob-")) document.getElementById(focused)?.focus();
}

function row(knob) {
  const made = knob.choices.length ? choice(knob) : knob.is_curve ? curve(knob) : slider(knob);
  rows.set(knob.name, made);
  return made.row;
}

function turn(knob, value) {
  session.change([{ knob: knob.name, value }], "knobs");
}

function title(knob, value) {
  return element("label", { for: `knob-${knob.name}`, title: knob.meaning }, element("span", {}, knob.title), value);
}

function choice(knob) {
  const select = element("select", { id: `knob-${knob.name}` }, ...knob.choices.map((one) => element("option", { value: one }, one)));
  select.addEventListener("change", () => turn(knob, select.value));
  return {
    row: element("div", { class: "knob" }, title(knob, null), select),
    show: (now) => { if (document.activeElement !== select) select.value = now.value; },
  };
}

function slider(knob) {
  const stops = knob.stops;
  const input = element("input", {
    type: "range", id: `knob-${knob.name}`,
    ...(stops.length ? { min: 0, max: stops.length - 1, step: 1 } : { min: knob.low, max: knob.high, step: knob.step }),
  });
  const output = element("output", { for: `knob-${knob.name}` });
  let held = false;
  const valueOf = () => (stops.length ? stops[+input.value][0] : +input.value);
  const say = () => {
    const words = stops.length ? stops[+input.value][1] : `${(+input.value).toLocaleString("en-US")}${knob.unit && knob.unit !== "1/h" ? ` ${knob.unit}` : ""}`;
    output.textContent = words;
    input.setAttribute("aria-valuetext", words);
  };
  input.addEventListener("input", () => { held = true; say(); turn(knob, valueOf()); });
  input.addEventListener("change", () => { held = false; });
  return {
    row: element("div", { class: "knob" }, title(knob, output), input),
    show: (now) => {
      if (held) return;
      if (now.value === null) {
        input.value = String(Math.max(stops.findIndex(([value]) => value === 120), 0));
        output.textContent = now.default;
        input.setAttribute("aria-valuetext", now.default);
        return;
      }
      input.value = String(stops.length ? stops.findIndex(([value]) => value === now.value) : now.value);
      say();
    },
  };
}

/** A value for each hour of the day, drawn with the mouse or moved with the keys. */
function curve(knob) {
  let values = [...knob.value];
  let hour = 8;
  let isDrawing = false;
  const bars = values.map(() => element("span", {}));
  const output = element("output", {});
  const host = element("div", {
    class: "curve", id: `knob-${knob.name}`, tabindex: "0", role: "slider", "aria-valuemin": "0", "aria-valuemax": String(knob.high),
    "aria-label": `${knob.title}: left and right choose the hour, up and down its rate`,
  }, ...bars);
  const say = () => {
    bars.forEach((bar, at) => {
      bar.style.height = `${(100 * values[at]) / knob.high}%`;
      bar.classList.toggle("chosen", at === hour);
    });
    output.textContent = `${hour}:00, ${values[hour]}`;
    host.setAttribute("aria-valuenow", String(values[hour]));
    host.setAttribute("aria-valuetext", `${values[hour]} tasks in the hour from ${hour}:00`);
  };
  const draw = (event) => {
    const box = host.getBoundingClientRect();
    hour = Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * values.length), 0), values.length - 1);
    values[hour] = Math.round(Math.min(Math.max(1 - (event.clientY - box.top) / box.height, 0), 1) * knob.high);
    say();
    turn(knob, [...values]);
  };
  host.addEventListener("pointerdown", (event) => { isDrawing = true; host.setPointerCapture(event.pointerId); draw(event); });
  host.addEventListener("pointermove", (event) => { if (isDrawing) draw(event); });
  host.addEventListener("pointerup", () => { isDrawing = false; });
  host.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    hour = (hour + step[0] + values.length) % values.length;
    values[hour] = Math.min(Math.max(values[hour] + step[1] * Math.ceil(knob.high / 40), 0), knob.high);
    say();
    if (step[1]) turn(knob, [...values]);
  });
  return {
    row: element("div", { class: "knob" }, element("p", { class: "as-label", title: knob.meaning }, element("span", {}, knob.title), output), host),
    show: (now) => { if (!isDrawing) { values = [...now.value]; say(); } },
  };
}
