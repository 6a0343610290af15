// Hand on: a link that holds the whole scene, and files to take away.

import { element } from "./drawing.js";
import { picture } from "./picture.js";
import { Unreachable, ask, faultOf } from "./server.js";
import { session } from "./session.js";

const part = (id) => document.getElementById(id);
const FILES = [
  ["scenario", "Scenario file", "runs with poolsight run"],
  ["formula", "Formula", "with the command that applies it to a pool"],
  ["pool", "Pool body", "for az batch pool create"],
  ["script", "Python script", "submits tasks of the same lengths and slots to a real account at the same pace; without dependencies, gangs and failures"],
  ["report", "Report", "this run as one page"],
  ["png", "Picture", "the curves as PNG"],
];

export function setUpHandingOn() {
  part("open-hand-on").addEventListener("click", show);
}

/** The scene in the fragment of an address, compressed; nothing of a fragment is ever sent to a server. */
export async function fragmentOf(text) {
  const packed = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
  return `scene=${btoa(Array.from(new Uint8Array(packed), (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The scene that the address holds; null where it holds none. */
export async function sceneOf(fragment) {
  const found = /^#?scene=([\w-]+)$/.exec(fragment);
  if (!found) return null;
  try {
    const bytes = Uint8Array.from(atob(found[1].replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
  } catch {
    return null;
  }
}

async function show() {
  const dialog = part("hand-on");
  const made = element("div", { "aria-live": "polite" });
  dialog.replaceChildren(
    element("div", { class: "dialog-head" }, element("h2", { id: "hand-on-title" }, "Hand on"), element("button", { type: "button", onclick: () => dialog.close() }, "Close")),
    element("h3", {}, "A link"), await link(),
    element("h3", {}, "Files"), element("ul", { class: "cards" }, ...FILES.map(([what, title, words]) => element("li", {},
      element("button", { type: "button", class: "scene-card", "data-what": what, onclick: () => take(what, made) }, element("strong", {}, title), element("span", {}, words))))),
    made);
  dialog.showModal();
}

async function link() {
  if (session.namesFiles) return element("p", {}, "This scene names files, which a link cannot hold: hand on the scenario file together with them.");
  const address = `${location.href.split("#")[0]}#${await fragmentOf(session.text)}`;
  history.replaceState(null, "", address);
  const field = element("input", { type: "text", readonly: true, value: address, id: "share-link", "aria-label": "link to this scene" });
  field.addEventListener("focus", () => field.select());
  const button = element("button", { type: "button", onclick: async () => { await navigator.clipboard.writeText(address); button.textContent = "Copied"; } }, "Copy");
  return element("div", {}, element("p", { class: "faint" }, "It holds the whole scene; nothing is stored anywhere. Whoever opens it needs a lab of their own at this address."),
    element("div", { class: "share" }, field, button));
}

async function take(what, host) {
  if (what === "scenario") return save("scene.yaml", new Blob([session.text], { type: "text/yaml" }), "poolsight run scene.yaml", host);
  if (what === "png") return save("pool.png", await pictureOf(document.querySelector("#plot-pool canvas")), "", host);
  const reply = await ask("hand-on", { text: session.text, what, pool: picture.pool?.id }).catch((error) => {
    if (error instanceof Unreachable) return { error: error.message };
    throw error;
  });
  if (faultOf(reply)) {
    host.replaceChildren(element("p", { class: "problem" }, faultOf(reply)));
    return undefined;
  }
  return save(reply.name, new Blob([reply.content], { type: "text/plain" }), reply.command, host);
}

function save(name, blob, command, host) {
  const anchor = element("a", { href: URL.createObjectURL(blob), download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  host.replaceChildren(element("p", {}, `${name} is saved.${command ? " Then:" : ""}`), ...(command ? [element("pre", {}, command)] : []));
}

/** The plot on the colour of the page, with what it shows written above it. */
async function pictureOf(canvas) {
  const scale = devicePixelRatio;
  const made = element("canvas", { width: canvas.width, height: canvas.height + 40 * scale });
  const ctx = made.getContext("2d");
  const style = getComputedStyle(document.body);
  ctx.fillStyle = style.backgroundColor;
  ctx.fillRect(0, 0, made.width, made.height);
  ctx.drawImage(canvas, 0, 40 * scale);
  ctx.fillStyle = style.color;
  ctx.font = `${15 * scale}px system-ui, sans-serif`;
  ctx.fillText(`${part("scene-title").textContent}: ${part("sentence").textContent}`, 12 * scale, 25 * scale, made.width - 24 * scale);
  return new Promise((done) => { made.toBlob(done, "image/png"); });
}
