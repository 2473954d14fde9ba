// Frame of the app: pages, colours, connection. Each page has a module of its own.
import { connected, say, trouble } from "./server.js";
import * as bedside from "./bedside.js";
import * as clinic from "./clinic.js";
import * as design from "./design.js";
import * as evidence from "./evidence.js";
import * as trial from "./trial.js";

const PAGES = { bedside, trial, design, clinic, evidence };
const started = new Set();

function wanted() {
  const id = location.hash.slice(1).split("?")[0];
  return id in PAGES ? id : "bedside";
}

function show() {
  const id = wanted();
  for (const page of document.querySelectorAll(".page")) page.hidden = page.dataset.name !== id;
  for (const link of document.querySelectorAll("[data-page]")) {
    if (link.dataset.page === id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  connected.then(() => {
    if (!started.has(id)) {
      started.add(id);
      PAGES[id].start();
    }
    PAGES[id].shown?.();
  });
}

function colours() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const kept = localStorage.getItem("aldesim-theme");
  if (kept) root.dataset.theme = kept;
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    localStorage.setItem("aldesim-theme", root.dataset.theme);
    say(`Colours: ${root.dataset.theme}`);
    recolour();
  });
  dark.addEventListener("change", recolour);
}

function recolour() {
  for (const id of started) PAGES[id].recolour?.();
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
document.addEventListener("click", (event) => {
  // A link to the page on show must not lose what stands behind its #.
  const link = event.target.closest?.("[data-page], .brand");
  if (link && link.getAttribute("href") === `#${wanted()}`) event.preventDefault();
});
window.addEventListener("hashchange", () => {
  const same = !document.querySelector(`#page-${wanted()}[hidden]`);
  show();
  if (same) return;
  scrollTo(0, 0);
  document.getElementById("main").focus({ preventScroll: true });
});
window.addEventListener("error", (event) => trouble(`The page met an error: ${event.message}`));
colours();
show();
