// The bedside: a setting in, pictures and words out; at most one question under way at a time.
import { element, question, save, say, themeName, trouble } from "./server.js";
import { draw, Gallery, ready } from "./plots.js";
import { poster } from "./poster.js";
import { apart, changed, follow, form, idle, set, setting } from "./setting.js";
import { heights } from "./visible.js";

const HALF_HOURS_VIEW = 1.5; // days on either side of the moment
const REST_AFTER = 350; // ms of quiet before the years are computed
const END = 730;

const lane = document.getElementById("plot-lane");
let picture, gallery, end = 20, view = "days", moment = null, range = null;
const SAME = 0.01; // days
const LOOKED_AT = ["view", "from", "to", "day"]; // of the address, beside the setting
let held = null, wanted = null, busy = false, restTimer = 0, started = 0, looked = false, drawing = null;

const plotId = (target) => target.id.replace("plot-", "");

export async function start() {
  if (innerWidth < 900) document.getElementById("setting-box").open = false;
  await ready();
  gallery = new Gallery([lane, ...document.querySelectorAll("#panels .plot")], render);
  listen();
  await recall();
}

export function recolour() {
  if (picture) question("bedside.redraw", themeName()).then(take);
}

// A link brings a setting with it; without one the page is as it was left.
export function shown() {
  if (!picture) return;
  if (location.hash.includes("?")) recall(); else toAddress();
  dispatchEvent(new Event("resize"));
}

// --- the setting -------------------------------------------------------------------------------

// The setting on show, the one kept beside it, and what is looked at, as the address says.
async function recall() {
  const query = new URLSearchParams(location.hash.split("?")[1] || "");
  const own = {}, beside = {};
  for (const [name, value] of query) {
    if (name !== "b" && !LOOKED_AT.includes(name)) (name.startsWith("b.") ? beside : own)[name.replace("b.", "")] = value;
  }
  const refused = set(beside), kept = query.has("b") || Object.keys(beside).length ? setting() : null;
  refused.push(...set(own));
  const ends = [query.get("from"), query.get("to")].map(Number);
  range = query.has("to") && ends[0] < ends[1] ? ends : null;
  mark(["hours", "years"].includes(query.get("view")) ? query.get("view") : "days");
  if (kept || held) await holdNow(kept);
  await wish();
  if (query.has("day")) await look(Number(query.get("day")) || 0);
  if (refused.length) trouble(`The address asks for what is not here: ${refused.join(", ")}.`, true);
}

function toAddress() {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(changed(setting()))) query.set(name, value);
  if (held) { query.set("b", ""); for (const [name, value] of Object.entries(changed(held))) query.set(`b.${name}`, value); }
  if (view !== "days") query.set("view", view);
  if (range) { query.set("from", range[0].toFixed(3)); query.set("to", range[1].toFixed(3)); }
  if (looked) query.set("day", moment.toFixed(3));
  const text = query.toString();
  history.replaceState(null, "", `#bedside${text ? "?" + text : ""}`);
}

// --- questions ---------------------------------------------------------------------------------

function wish() {
  started ||= performance.now();
  trouble("");
  wanted = setting();
  clearTimeout(restTimer);
  document.getElementById("page-bedside").dataset.complete = "false";
  if (!busy) drawing = next();
  return drawing;
}

async function next() {
  let answer = null;
  busy = true;
  while (wanted) {
    const now = wanted, from = started;
    wanted = null;
    started = 0;
    answer = await question("bedside.draw", now, themeName());
    if (answer) {
      moment = answer.moment.day;
      looked = false;
      await take(answer); // Plotly reads sizes: words written before it would be laid out twice
      tell(answer);
      performance.measure("bedside picture", { start: from });
      toAddress();
    }
  }
  busy = false;
  if (answer) restTimer = setTimeout(rest, REST_AFTER);
}

async function rest() {
  if (busy) return;
  busy = true;
  const answer = await question("bedside.rest", themeName());
  busy = false;
  if (wanted) { drawing = next(); return; }
  if (answer) { document.getElementById("headline").textContent = answer.headline; await take(answer); }
  document.getElementById("page-bedside").dataset.complete = "true";
}

async function holdNow(values) {
  held = values;
  const answer = picture || values ? await question("bedside.hold", values, themeName()) : null;
  const button = document.getElementById("hold");
  button.setAttribute("aria-pressed", String(Boolean(held)));
  button.textContent = held ? "Let go of B" : "Hold this beside";
  document.getElementById("page-bedside").classList.toggle("beside", Boolean(held));
  apart(held);
  if (answer && picture) await take(answer);
}

// --- pictures ----------------------------------------------------------------------------------

async function take(answer) {
  if (!answer) return;
  picture = { lane: answer.lane, ...answer.panels };
  end = answer.end;
  await gallery.redraw();
  if (answer.failed) trouble(`The simulation of this patient failed: ${answer.failed}`, true);
  outcomes(answer.outcomes);
  idle(answer.idle);
  document.getElementById("plot-tumour").closest("figure").hidden = "size" in answer.idle && !held;
  apart(held);
}

function span() {
  if (range) return range;
  if (view === "years") return [-END / 80, END];
  if (view === "hours") {
    const middle = Math.max(moment ?? 0, HALF_HOURS_VIEW);
    return [middle - HALF_HOURS_VIEW, middle + HALF_HOURS_VIEW];
  }
  return [-end / 80, end];
}

function shapes() {
  if (moment === null) return [];
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent");
  return [{ type: "line", x0: moment, x1: moment, y0: 0, y1: 1, yref: "paper", line: { color: colour, width: 1 } }];
}

async function render(target) {
  const id = plotId(target);
  const spec = picture?.[id];
  if (!spec) return;
  const shown = span();
  await draw(target, spec, { ...heights(spec, shown), xaxis: { range: shown }, shapes: shapes() }, "small", busy);
  const caption = spec.layout.meta?.caption;
  if (caption) target.setAttribute("aria-label", caption);
  if (!target.dataset.listens) {
    target.dataset.listens = "true";
    target.on("plotly_click", (event) => look(event.points[0].x));
    target.on("plotly_relayout", (change) => zoomed(change));
    target.on("plotly_doubleclick", () => { range = null; toAddress(); gallery.redraw(); });
  }
}

function zoomed(change) {
  if (change["xaxis.range[0]"] === undefined) return;
  range = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
  toAddress();
  gallery.redraw();
}

function mark(name) {
  view = name;
  for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === name));
}

function choose(name) {
  mark(name);
  range = null;
  toAddress();
  gallery.redraw();
}

// --- words -------------------------------------------------------------------------------------

async function look(day) {
  const answer = await question("bedside.moment", Math.max(0, Number(day)));
  if (!answer) return;
  moment = answer.day;
  looked = true;
  toAddress();
  tellMoment(answer);
  gallery.redraw();
}

// To the dose before the moment, or after it: without a mouse too.
function step(forward) {
  const marks = picture?.lane.data.filter((trace) => trace.name !== "event" && (!held || trace.y[0] === 1)) ?? [];
  const days = marks.flatMap((trace) => trace.x).sort((a, b) => a - b);
  const next = forward ? days.find((day) => day > moment + SAME) : days.findLast((day) => day < moment - SAME);
  if (next !== undefined) look(next);
}

function tell(answer) {
  document.getElementById("headline").textContent = answer.headline;
  document.getElementById("lane-caption").textContent = `Doses on the time line: ${answer.headline}`;
  say(answer.headline);
  tellMoment(answer.moment);
  const list = document.getElementById("missed");
  list.replaceChildren(...answer.missed.map((row) => {
    const item = element("li"), button = element("button", row.text, { type: "button", class: "link" });
    button.addEventListener("click", () => look(row.day));
    item.append(button);
    return item;
  }));
  if (!answer.missed.length) list.append(element("li", "Every dose was given.", { class: "quiet" }));
}

function tellMoment(told) {
  document.getElementById("moment-heading").textContent = `What happens on ${told.heading}`;
  document.getElementById("moment-day").textContent = `${told.day.toFixed(2)} days after the first dose`;
  document.getElementById("moment").replaceChildren(...told.sentences.map((text) => element("p", text)));
}

function outcomes(rows) {
  const table = document.getElementById("outcomes");
  const body = element("tbody");
  for (const [name, ...values] of rows) {
    const row = element("tr");
    row.append(element("th", name, { scope: "row" }), ...values.map((value) => element("td", value)));
    body.append(row);
  }
  table.replaceChildren(body);
  if (rows[0].length > 2) {
    const head = element("thead"), row = element("tr");
    row.append(element("td"), element("th", "A", { scope: "col" }), element("th", "B (kept)", { scope: "col" }));
    head.append(row);
    table.prepend(head);
  }
}

// --- what a person does ------------------------------------------------------------------------

function listen() {
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset.of) {
      const slider = form.elements[field.dataset.of];
      if (field.value === "" || !field.checkValidity()) return;
      slider.value = field.value;
    } else follow(field);
    wish();
  });
  form.addEventListener("change", (event) => {
    const of = event.target.dataset.of;
    if (of) follow(form.elements[of]);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => { event.preventDefault(); set({}); wish(); });
  for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => choose(button.dataset.view));
  document.getElementById("dose-before").addEventListener("click", () => step(false));
  document.getElementById("dose-after").addEventListener("click", () => step(true));
  document.getElementById("hold").addEventListener("click", async () => { await holdNow(held ? null : setting()); toAddress(); say(held ? "Held as B" : "B let go"); });
  document.getElementById("share").addEventListener("click", share);
  for (const kind of ["csv", "yaml"]) document.getElementById(kind).addEventListener("click", () => download(kind));
  document.getElementById("png").addEventListener("click", async () => { await gallery.all(); await poster(); });
}

async function share(event) {
  toAddress();
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Link copied";
    say("Link copied");
  } catch {
    trouble(`Copy this address: ${location.href}`);
  }
  setTimeout(() => { button.textContent = "Copy link"; }, 2000);
}

async function download(kind) {
  const file = await question("bedside.export", kind);
  if (file) save(file.name, file.type, file.content);
}
