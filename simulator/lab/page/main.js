// Puts the page together.

import { setUpCompare } from "./compare.js";
import { setUpEditors } from "./editors.js";
import { setUpEvents } from "./events.js";
import { setUpExplanations } from "./explain.js";
import { openScene, sceneNamed, setUpGallery } from "./gallery.js";
import { sceneOf, setUpHandingOn } from "./hand-on.js";
import { setUpKnobs } from "./knobs.js";
import { setUpNumbers } from "./numbers.js";
import { redraw, setUpPicture } from "./picture.js";
import { ask } from "./server.js";
import { session } from "./session.js";
import { setUpTasks } from "./tasks.js";
import { setUpTime } from "./time.js";

const part = (id) => document.getElementById(id);
const root = document.documentElement;

function setUpTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const choose = (tab, isFocused) => {
    tabs.forEach((one) => {
      const isChosen = one === tab;
      one.setAttribute("aria-selected", String(isChosen));
      one.tabIndex = isChosen ? 0 : -1;
      part(one.getAttribute("aria-controls")).hidden = !isChosen;
    });
    if (isFocused) tab.focus();
  };
  tabs.forEach((tab) => {
    tab.addEventListener("click", () => choose(tab, false));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const shown = tabs.filter((one) => !one.hidden);
      choose(shown[(shown.indexOf(tab) + step + shown.length) % shown.length], true);
    });
  });
}

function setUpTheme() {
  const button = part("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `switch to a ${isDark() ? "light" : "dark"} page`);
    redraw();
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}

function setUpProgress() {
  const host = part("progress");
  let since = 0;
  session.on("progress", (progress) => {
    if (!progress) {
      host.hidden = true;
      since = 0;
      return;
    }
    since ||= performance.now();
    host.hidden = performance.now() - since < 400;
    host.querySelector("progress").value = progress.tasks ? progress.completed / progress.tasks : 0;
    part("progress-words").textContent = `${progress.completed.toLocaleString("en-US")} of ${progress.tasks.toLocaleString("en-US")} tasks`;
  });
  part("stop").addEventListener("click", () => session.stop());
}

async function start() {
  const known = await ask("start");
  setUpTabs();
  setUpPicture();
  setUpTime();
  setUpNumbers();
  setUpKnobs();
  setUpEditors(known.language);
  setUpEvents(known.events);
  setUpExplanations();
  setUpCompare();
  setUpTasks(known.harms);
  setUpHandingOn();
  setUpGallery(known.scenes);
  setUpTheme();
  setUpProgress();
  const undo = part("undo");
  undo.addEventListener("click", () => session.undo());
  session.on("scene", () => { undo.disabled = !session.past.length; });
  let runs = 0;
  session.on("run", () => {
    runs += 1;
    document.body.dataset.ready = "true";
    document.body.dataset.runs = String(runs);
  });
  session.title = known.scene.name;
  const shared = await sceneOf(location.hash);
  if (shared !== null) {
    session.title = "A scene that was handed on";
    session.open(shared, null);
  } else if (sceneNamed(known.scene.name)) await openScene(known.scene.name);
  else session.open(known.scene.text, null);
}

start();
