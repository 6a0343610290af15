// The scenes: what each is about, the question before the reveal, and the gallery to choose from.

import { element } from "./drawing.js";
import { ask } from "./server.js";
import { session } from "./session.js";

const part = (id) => document.getElementById(id);
/** @type {any[]} */
let scenes = [];
const TITLES = { lesson: "Lessons", incident: "Incidents", challenge: "Challenges" };

export function setUpGallery(known) {
  scenes = known;
  session.on("opened", introduce);
  part("open-gallery").addEventListener("click", show);
  part("scene-before").addEventListener("click", () => move(-1));
  part("scene-after").addEventListener("click", () => move(1));
}

export function sceneNamed(name) {
  return scenes.find((scene) => scene.name === name) || null;
}

/** Open a scene of the gallery. */
export async function openScene(name) {
  const { text } = await ask(`scenes/${encodeURIComponent(name)}`);
  session.open(text, sceneNamed(name));
  scrollTo({ top: 0 });
}

function move(step) {
  const at = scenes.findIndex((scene) => session.about && scene.name === session.about.name);
  const next = at < 0 && step < 0 ? scenes.length - 1 : at + step; // from a scene that is not among them: to either end
  openScene(scenes[(next + scenes.length) % scenes.length].name);
}

function introduce(about) {
  part("scene-kind").textContent = about ? about.kind : "your scene";
  part("scene-title").textContent = about ? about.title : session.title || "Your scene";
  part("scene-question").textContent = about ? about.question : "";
  part("scene-idea").textContent = about ? about.idea : "Turn a knob, change the formula or the scenario, let something happen: the picture follows.";
  part("scene-watch").textContent = about ? about.watch : "";
  document.title = `${part("scene-title").textContent} – Poolsight lab`;
}

function show() {
  const dialog = part("gallery");
  const groups = Object.entries(TITLES).map(([kind, title]) => {
    const own = scenes.filter((scene) => scene.kind === kind);
    return own.length ? element("section", {}, element("h3", {}, title), element("ul", { class: "cards" }, ...own.map(cardOf))) : null;
  });
  dialog.replaceChildren(
    element("div", { class: "dialog-head" }, element("h2", { id: "gallery-title" }, "All scenes"), element("button", { type: "button", onclick: () => dialog.close() }, "Close")),
    ...groups.filter(Boolean));
  dialog.showModal();
}

function cardOf(scene) {
  const isHere = session.about && session.about.name === scene.name;
  return element("li", {}, element("button", {
    type: "button", class: "scene-card", "aria-current": isHere ? "true" : null,
    onclick: () => { part("gallery").close(); openScene(scene.name); },
  }, element("strong", {}, scene.title), element("span", {}, scene.question)));
}
