// Plotly in the theme of the page: the server sends data and layout, the template is kept here.
import { themeName } from "./server.js";

const templates = fetch("/templates.json").then((answer) => answer.json());
const coarse = matchMedia("(pointer: coarse)");
const TALL = 800; // pixels
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false };

export async function ready() {
  await templates;
  while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 10));
}

const drawn = new WeakMap(); // what each place shows; the same again costs nothing

const unsaid = (name, value) => (name === "text" && Array.isArray(value) ? null : value);

// In haste, while the same picture comes again soon, other words on hover alone are not drawn.
export async function draw(target, spec, extra = {}, kind = "figure", haste = false) {
  const now = [spec, extra, kind, themeName(), target.clientWidth];
  const whole = JSON.stringify(now), looks = haste ? JSON.stringify(now, unsaid) : "";
  const before = drawn.get(target);
  if (before?.whole === whole || (haste && before?.looks === looks)) return;
  drawn.set(target, { whole, looks: looks || JSON.stringify(now, unsaid) });
  const layout = { ...spec.layout, ...extra, template: (await templates)[themeName()][kind], autosize: true };
  if (coarse.matches) layout.dragmode = false; // a finger must scroll the page, not draw a box
  for (const axis of ["xaxis", "yaxis", "yaxis2"]) {
    if (extra[axis]) layout[axis] = { ...spec.layout[axis], ...extra[axis] };
  }
  await window.Plotly.react(target, spec.data, layout, CONFIG);
}

// Pictures are drawn when they come into view, so that a slider waits only for those in sight.
export class Gallery {
  constructor(targets, render) {
    this.render = render;
    this.waiting = new Set();
    this.inSight = new Set();
    this.watcher = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: "0px" });
    for (const target of targets) this.watcher.observe(target);
    this.targets = [...targets];
  }

  seen(entries) {
    for (const entry of entries) {
      if (!entry.isIntersecting) { this.inSight.delete(entry.target); continue; }
      this.inSight.add(entry.target);
      if (this.waiting.delete(entry.target)) this.render(entry.target);
    }
  }

  async redraw() {
    for (const target of this.targets) this.waiting.add(target);
    const now = this.targets.filter((target) => this.inSight.has(target));
    for (const target of now) this.waiting.delete(target);
    await Promise.all(now.map((target) => this.render(target)));
  }

  async all() {
    for (const target of [...this.waiting]) { this.waiting.delete(target); await this.render(target); }
  }
}

// Figures of the report with title and caption, one after the other; redrawn in place.
export async function drawFigures(place, figures) {
  while (place.children.length > figures.length) place.lastChild.remove();
  while (place.children.length < figures.length) place.append(emptyFigure());
  const plots = figures.map((spec, index) => captioned(place.children[index], spec)); // all, so that each has its width
  for (const [index, spec] of figures.entries()) await draw(plots[index], spec, { height: spec.height });
}

function emptyFigure() {
  const figure = document.createElement("figure");
  figure.append(document.createElement("h3"), document.createElement("div"), document.createElement("figcaption"));
  figure.children[1].className = "plot";
  figure.children[1].setAttribute("role", "img");
  return figure;
}

function captioned(figure, spec) {
  const [title, plot, caption] = figure.children;
  title.textContent = spec.title;
  caption.textContent = spec.caption;
  plot.style.height = `${spec.height}px`;
  figure.classList.toggle("tall", spec.height > TALL); // two others fit beside it
  plot.setAttribute("aria-label", `${spec.title}. ${spec.caption}`);
  return plot;
}

export function fillTable(table, head, rows) {
  const top = document.createElement("thead"), line = document.createElement("tr");
  for (const [index, text] of head.entries()) {
    const cell = document.createElement(index || text ? "th" : "td");
    if (cell.tagName === "TH") cell.scope = "col";
    cell.textContent = text;
    line.append(cell);
  }
  top.append(line);
  const body = document.createElement("tbody");
  for (const row of rows) {
    const made = document.createElement("tr");
    for (const [index, text] of row.entries()) {
      const cell = document.createElement(index ? "td" : "th");
      if (!index) cell.scope = "row";
      else if (head[index]) cell.dataset.head = head[index]; // named in the cell where it is a card
      cell.textContent = text;
      made.append(cell);
    }
    body.append(made);
  }
  table.replaceChildren(top, body);
}
