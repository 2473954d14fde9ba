// Plotly in the theme of the page: the server sends data and layout, the template is kept here.
import { themeName } from "./server.js";

const templates = fetch("/templates.json").then((answer) => answer.json());
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false };

export async function ready() {
  await templates;
  while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 10));
}

export async function draw(target, spec, extra = {}) {
  const layout = { ...spec.layout, ...extra, template: (await templates)[themeName()], autosize: true };
  layout.xaxis = { ...spec.layout.xaxis, ...(extra.xaxis || {}) };
  await window.Plotly.react(target, spec.data, layout, CONFIG);
}

// Pictures are drawn when they come into view, so that a slider waits only for those in sight.
export class Gallery {
  constructor(targets, render) {
    this.render = render;
    this.waiting = new Set();
    this.inSight = new Set();
    this.watcher = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: "80px" });
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
