// Events by hand: at the instant where one looks, something happens; each is a line of the timeline.

import { cursor, element } from "./drawing.js";
import { session } from "./session.js";

const part = (id) => document.getElementById(id);

export function setUpEvents(events) {
  const kind = part("event-kind");
  kind.replaceChildren(...events.map((one) => element("option", { value: one.name, title: one.meaning }, one.title)));
  const show = () => {
    const one = events.find((event) => event.name === kind.value);
    part("event-amount-row").hidden = !one.amount;
    part("event-amount").value = String(one.usual || 1);
    part("event-amount-unit").textContent = one.amount;
    part("event-add").title = one.meaning;
  };
  kind.addEventListener("change", show);
  show();
  part("event-add").addEventListener("click", () => {
    const at = Math.round((cursor.at ?? 0) / 60000) * 60;
    session.change([{ event: kind.value, at, count: +part("event-amount").value }], "events");
  });
  session.on("run", showTimeline);
}

/** List what the timeline did, in the order of time; its last line in the file, the one added last, can go again. */
function showTimeline({ operations }) {
  const host = part("timeline");
  if (!operations.length && !session.lines) {
    host.replaceChildren();
    return;
  }
  const rows = operations.map((one) => element("li", {}, `${hours(one.time)} ${one.operation}${one.target ? ` of ${one.target}` : ""}${one.code === "Success" ? "" : `: refused, ${one.code}`}`));
  const last = element("button", { type: "button", onclick: () => session.change([{ remove: ["timeline", session.lines - 1] }], "events") }, "Take the line added last away");
  host.replaceChildren(element("h2", { class: "small-title" }, "What the timeline did"), element("ul", { class: "timeline" }, ...rows), session.lines ? last : "");
}

function hours(ms) {
  const minutes = Math.round(ms / 60000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
}
