// The scrubber: where in the run one looks, play, pause, speed, and step from event to event; money counts up with it.

import { clock, cursor, pointAt, stepAt } from "./drawing.js";
import { session } from "./session.js";
import { picture, redraw } from "./picture.js";
import { money } from "./words.js";

const part = (id) => document.getElementById(id);
let playing = 0;
let before = 0;

export function setUpTime() {
  const scrub = part("scrub");
  scrub.addEventListener("input", () => { pause(); pointAt((+scrub.value / 1000) * picture.data.end); });
  part("play").addEventListener("click", () => (playing ? pause() : play()));
  part("step-back").addEventListener("click", () => step(-1));
  part("step-on").addEventListener("click", () => step(1));
  cursor.listeners.push(show);
  session.on("opened", pause);
  session.on("run", ({ page }) => {
    pause();
    if (cursor.at === null) pointAt(busiest(page));
    show();
  });
}

/** The instant at which most tasks wait: where there is most to see. */
function busiest(page) {
  const pool = picture.pool;
  if (!pool) return 0;
  const queue = pool.curves.series.queued_tasks;
  const at = queue.indexOf(Math.max(...queue));
  return Math.min(pool.curves.time[at] || 0, page.end);
}

function play() {
  if (!picture.data) return;
  if (cursor.at === null || cursor.at >= picture.data.end) pointAt(0);
  before = performance.now();
  part("play").textContent = "Pause";
  part("play").setAttribute("aria-pressed", "true");
  playing = requestAnimationFrame(tick);
}

function tick(now) {
  const at = cursor.at + (now - before) * +part("speed").value;
  before = now;
  if (at >= picture.data.end) {
    pointAt(picture.data.end);
    pause();
    return;
  }
  picture.veil = at;
  pointAt(at);
  redraw();
  playing = requestAnimationFrame(tick);
}

function pause() {
  if (playing) cancelAnimationFrame(playing);
  playing = 0;
  part("play").textContent = "Play";
  part("play").setAttribute("aria-pressed", "false");
  if (picture.veil !== null) {
    picture.veil = null;
    redraw();
  }
}

/** Every instant at which something happened: changes of the target, evictions, errors, operations. */
function events() {
  const { marks } = picture.pool;
  const found = [...marks.resize, ...marks.preemption, ...marks.error, ...session.run.operations.map((one) => one.time)];
  return [...new Set(found)].sort((one, other) => one - other);
}

function step(direction) {
  pause();
  const all = events();
  const now = cursor.at ?? 0;
  const next = direction > 0 ? all.find((at) => at > now + 1) : all.findLast((at) => at < now - 1);
  pointAt(next ?? (direction > 0 ? picture.data.end : 0));
}

function show() {
  if (cursor.at === null || !picture.data) return;
  part("scrub").value = String(Math.round((1000 * cursor.at) / Math.max(picture.data.end, 1)));
  const words = clock.say(cursor.at);
  part("scrub").setAttribute("aria-valuetext", words);
  part("clock-now").textContent = words.replace(" after the start", "");
  part("event-at").textContent = words.replace(" after the start", "");
  const { time, paid } = session.run ? session.run.money : { time: [], paid: [] };
  part("paid-now").textContent = paid.length ? `${money(paidAt(time, paid, cursor.at))} so far` : "";
}

/** What has been paid at an instant; between two known ones it grows evenly. */
function paidAt(time, paid, at) {
  const place = Math.max(stepAt(time, at), 0);
  if (place >= time.length - 1) return paid.at(-1);
  const share = (at - time[place]) / Math.max(time[place + 1] - time[place], 1);
  return paid[place] + share * (paid[place + 1] - paid[place]);
}

