// Why: what a click on the picture asks, and the answer beside it.

import { card, clock, element, evaluationsOf } from "./drawing.js";
import { picture } from "./picture.js";
import { ask } from "./server.js";
import { session } from "./session.js";

const host = document.getElementById("explanation");
let asked = 0;

export function setUpExplanations() {
  picture.clicked.push(explain);
  session.on("opened", () => host.replaceChildren());
  session.on("run", () => host.replaceChildren(hint()));
}

function hint() {
  return element("p", { class: "faint" }, "Click the picture to ask why: on the curves about the pool, on a bar about its task.");
}

async function explain({ pool, at, task, reach }) {
  const number = ++asked;
  const question = task ? { task } : { pool: pool.id, at: at / 1000 };
  const reply = await ask("why", { text: session.text, ...question });
  if (number !== asked || reply.problems || reply.error || reply.defect) return;
  const parts = task ? ofTask(reply) : ofPool(reply, pool, at, reach);
  host.replaceChildren(
    element("div", { class: "explanation-head" }, element("h2", { tabindex: "-1" }, task ? reply.title : `${reply.title} at ${clock.say(at)}`),
      element("button", { type: "button", "aria-label": "close the explanation", onclick: () => host.replaceChildren(hint()) }, "Close")),
    ...parts);
  host.scrollIntoView({ block: "nearest" });
}

function ofPool(reply, pool, at, reach) {
  const rows = evaluationsOf(pool);
  const near = rows.reduce((best, row) => (best === null || Math.abs(row.time - at) < Math.abs(best.time - at) ? row : best), null);
  const said = element("ul", {}, ...reply.sentences.map((one) => element("li", {}, one)));
  if (!near || Math.abs(near.time - at) > Math.max(reach || 0, 450000)) return [said];
  return [said, element("details", { class: "evaluation-card" }, element("summary", {}, `The evaluation at ${clock.say(near.time)}, statement by statement`), card(near))];
}

function ofTask(reply) {
  const waited = Object.entries(reply.waited).map(([reason, span]) => `${reason} ${span}`).join(", ");
  const rows = reply.pieces.map((piece) => element("tr", {},
    element("td", {}, clock.say(piece.start).replace(" after the start", "")), element("td", { class: "number" }, piece.span), element("td", {}, piece.reason), element("td", {}, piece.detail)));
  return [
    waited ? element("p", {}, `Waited: ${waited}.`) : element("p", {}, "It did not wait."),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "life of the task" }, element("table", { class: "small" },
      element("thead", {}, element("tr", {}, ...["from", "for", "what", "because"].map((head) => element("th", { scope: "col" }, head)))), element("tbody", {}, ...rows))),
    reply.more ? element("p", { class: "faint" }, `${reply.more} further pieces of its life are not shown; its waits are those of all.`) : null,
  ].filter(Boolean);
}
