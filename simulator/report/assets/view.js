// The data of the page, the stretch of time that all plots show, and how instants and spans are written.
// The files of this directory are joined into one script, in the order that shell.py gives.

let page = { end: 0, pools: [] };
let END = 1; // ms
const root = document.documentElement;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function colour(name) {
  return getComputedStyle(root).getPropertyValue(`--${name}`).trim() || "#888888";
}

function count(number) {
  return number.toLocaleString("en-US");
}

function span(ms) {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

// --- clocks ---------------------------------------------------------------------------------------------------------

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1, 10, 100, 1000, 2000, 5000, 10000, 15000, 30000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE,
  30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY,
];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const clock = {
  zone: "UTC", // an IANA name, or "elapsed"
  formats: new Map(),

  // What to add to an instant (ms since the origin) to read it as if the zone were UTC.
  offset(ms) {
    if (this.zone === "elapsed") return 0;
    const instant = page.origin + ms;
    if (this.zone === "UTC") return page.origin;
    if (!this.formats.has(this.zone)) {
      const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
      this.formats.set(this.zone, new Intl.DateTimeFormat("en-US", { ...parts, timeZone: this.zone, hourCycle: "h23" }));
    }
    const found = Object.fromEntries(this.formats.get(this.zone).formatToParts(new Date(instant)).map((part) => [part.type, +part.value]));
    const wall = Date.UTC(found.year, found.month - 1, found.day, found.hour, found.minute, found.second);
    return page.origin + wall - Math.floor(instant / 1000) * 1000;
  },

  // Ticks inside [from, to] at round times of the wall, about `room` of them.
  ticks(from, to, room) {
    const step = STEPS.find((size) => (to - from) / size <= room) || STEPS[STEPS.length - 1];
    const found = [];
    const monday = this.zone !== "elapsed" && step % (7 * DAY) === 0 ? 4 * DAY : 0; // the first one after 1 Jan 1970
    let wall = Math.ceil((from + this.offset(from) - monday) / step) * step + monday;
    for (; found.length < 200; wall += step) {
      const guess = wall - this.offset(from);
      const at = wall - this.offset(guess);
      if (at > to) break;
      if (at >= from) found.push(at);
    }
    return { step, found };
  },

  label(ms, step, before) {
    if (this.zone === "elapsed") {
      if (ms === 0) return "0";
      if (step >= DAY) return `${Math.round(ms / DAY)} d`;
      const day = Math.floor(ms / DAY);
      const rest = ms - day * DAY;
      if (step < MINUTE) return `${day ? `${day} d ` : ""}${this.digits(rest, step)}`;
      return END > 2 * DAY ? `${day} d ${this.digits(rest, step)}` : `${Math.floor(ms / HOUR)}:${this.two(Math.floor(ms / MINUTE) % 60)} h`;
    }
    const wall = new Date(ms + this.offset(ms));
    const date = `${wall.getUTCDate()} ${MONTHS[wall.getUTCMonth()]}`;
    if (step >= DAY) return `${WEEKDAYS[wall.getUTCDay()]}\n${date}`;
    const time = this.digits(wall.getTime() % DAY, step);
    const isNewDay = before === undefined || new Date(before + this.offset(before)).getUTCDate() !== wall.getUTCDate();
    return isNewDay ? `${time}\n${WEEKDAYS[wall.getUTCDay()]} ${date}` : time;
  },

  digits(ms, step) {
    const time = `${this.two(Math.floor(ms / HOUR))}:${this.two(Math.floor(ms / MINUTE) % 60)}`;
    if (step >= MINUTE) return time;
    const seconds = `${time}:${this.two(Math.floor(ms / 1000) % 60)}`;
    return step >= 1000 ? seconds : `${seconds}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;
  },

  two(number) {
    return String(number).padStart(2, "0");
  },

  // An instant in full, as exact as the plots are now.
  say(ms) {
    const step = view.to - view.from < 10 * MINUTE || ms % MINUTE ? 1000 : MINUTE;
    if (this.zone === "elapsed") {
      const days = Math.floor(ms / DAY);
      return `${days ? `${days} d ` : ""}${this.digits(ms - days * DAY, step)} after the start`;
    }
    const wall = new Date(ms + this.offset(ms));
    const date = `${WEEKDAYS[wall.getUTCDay()]} ${wall.getUTCDate()} ${MONTHS[wall.getUTCMonth()]}`;
    return `${date} ${this.digits(wall.getTime() % DAY, step)}`;
  },
};

// --- the stretch of time that is shown ------------------------------------------------------------------------------

const SHORTEST = 1000;

const view = {
  from: 0,
  to: END,
  listeners: [],

  set(from, to) {
    const width = Math.min(Math.max(to - from, Math.min(SHORTEST, END)), END);
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(middle - width / 2, 0), END - width);
    if (start === this.from && start + width === this.to) return;
    this.from = start;
    this.to = start + width;
    this.listeners.forEach((listener) => listener());
  },

  // Zoom about an instant, which stays where it is.
  zoom(factor, at) {
    const about = at === undefined ? (this.from + this.to) / 2 : at;
    this.set(about - (about - this.from) * factor, about + (this.to - about) * factor);
  },

  pan(share) {
    const step = (this.to - this.from) * share;
    this.set(this.from + step, this.to + step);
  },

  reset() {
    this.set(0, END);
  },
};

// Take the data of a run; what was drawn of another one is for its drawer to take away.
function adopt(values) {
  page = values;
  END = Math.max(page.end, 1);
  view.from = 0;
  view.to = END;
  cursor.at = null;
}

// The place of the last step at or before an instant; -1 before the first.
function stepAt(times, at) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
