// Trials: start them, watch them fill, pause, go on, open, compare, delete.
import { ask, element, question, save, say, themeName, trouble } from "./server.js";
import { drawFigures, fillTable, ready } from "./plots.js";

const EVERY = 1200; // ms between looks while something runs
const SELDOM = 6000;
const WORDS = { running: "running", waiting: "waits its turn", paused: "paused", finished: "finished", failed: "failed" };

const form = document.getElementById("trial-form");
let open = null, opened = -1, chosen = [], timer = 0, known = "";

export async function start() {
  await ready();
  form.addEventListener("submit", begin);
  form.elements.scenario.addEventListener("change", describe);
  form.elements.vary.addEventListener("change", vary);
  document.getElementById("trial-compare").addEventListener("click", () => show([...chosen]));
  document.getElementById("result-tools").addEventListener("click", download);
  describe();
  vary();
  look();
}

export function shown() { look(); }
export function recolour() { if (open) { opened = -1; show(open, true); } }

function describe() {
  const field = form.elements.scenario;
  document.getElementById("trial-description").textContent = field.selectedOptions[0].dataset.text;
  document.getElementById("trial-own-box").hidden = field.value !== "";
}

function vary() {
  const picked = form.elements.vary.selectedOptions[0];
  const values = (picked.dataset.values || "").split(" ").filter(Boolean);
  document.getElementById("trial-value-box").hidden = !values.length;
  form.elements.value.replaceChildren(...values.map((value) => element("option", value, { value })));
}

async function begin(event) {
  event.preventDefault();
  const field = form.elements;
  const asked = {
    scenario: field.scenario.value, own: field.scenario.value ? "" : field.own.value || " ",
    patients: Number(field.patients.value), seed: Number(field.seed.value),
    vary: field.vary.value, value: field.value.value,
  };
  const names = await question("trial.start", asked);
  if (!names) return;
  say("Started");
  show([names[0]]);
  look();
}

async function look() {
  clearTimeout(timer);
  if (document.getElementById("page-trial").hidden) return;
  let rows;
  try { rows = await ask("trial.state"); } catch (error) { trouble(error.message); return; }
  list(rows);
  const row = open?.length === 1 && rows.find((one) => one.name === open[0]);
  if (row && row.done && row.done !== opened) await show(open, true);
  const lively = rows.some((one) => one.state === "running" || one.state === "waiting");
  timer = setTimeout(look, lively ? EVERY : SELDOM);
}

function list(rows) {
  const now = JSON.stringify([rows, chosen]);
  if (now === known) return;
  known = now;
  chosen = chosen.filter((name) => rows.some((row) => row.name === name && row.done));
  const focused = document.activeElement?.dataset.key;
  document.getElementById("runs").replaceChildren(...rows.map(line));
  document.getElementById("runs-none").hidden = rows.length > 0;
  document.getElementById("trial-compare").disabled = chosen.length !== 2;
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function line(row) {
  const made = element("tr", null, { "data-run": row.name, "data-state": row.state });
  const tick = element("input", null, { type: "checkbox", "aria-label": `Choose ${row.name} to compare`, "data-shiny-no-bind-input": "", "data-key": `tick ${row.name}` });
  tick.checked = chosen.includes(row.name);
  tick.disabled = !row.done;
  tick.addEventListener("change", () => {
    chosen = tick.checked ? [...chosen, row.name].slice(-2) : chosen.filter((name) => name !== row.name);
    known = "";
    look();
  });
  const first = element("td"), name = element("th", null, { scope: "row" });
  first.append(tick);
  const title = element("button", row.name, { type: "button", class: "link name", "data-key": `open ${row.name}` });
  title.disabled = !row.done;
  title.addEventListener("click", () => show([row.name]));
  name.append(title);
  const protocol = element("td");
  protocol.append(element("span", row.title), element("br"), element("span", `${row.molecule}, ${row.regimen}, ${row.rules}, ${row.support}; seed ${row.seed}`, { class: "hint" }));
  const count = element("td");
  const bar = element("progress", null, { max: row.patients, value: row.done, "aria-label": `${row.done} of ${row.patients} patients` });
  count.append(element("span", `${row.done} / ${row.patients}`), ...(row.state === "finished" ? [] : [bar]));
  const state = element("td", WORDS[row.state] + (row.error ? `: ${row.error}` : ""), { class: `state ${row.state}` });
  const doing = element("td", null, { class: "doing" });
  const acts = { running: ["pause", "cancel"], waiting: ["cancel"], paused: ["resume", "delete"], finished: ["delete"], failed: ["resume", "delete"] }[row.state];
  for (const act of acts) {
    const button = element("button", act[0].toUpperCase() + act.slice(1), { type: "button", "aria-label": `${act} ${row.name}`, "data-key": `${act} ${row.name}` });
    button.addEventListener("click", () => perform(act, row.name));
    doing.append(button);
  }
  made.append(first, name, protocol, count, state, doing);
  return made;
}

async function perform(act, name) {
  if ((act === "delete" || act === "cancel") && !confirm(`${act === "delete" ? "Delete" : "Cancel and delete"} ${name}? This cannot be undone.`)) return;
  const answer = await question(`trial.${act}`, name);
  if (!answer) return;
  say(`${name}: ${act}`);
  if ((act === "delete" || act === "cancel") && open?.includes(name)) { open = null; document.getElementById("result").hidden = true; }
  look();
}

async function show(names, quietly = false) {
  if (!quietly) { open = names; opened = -1; }
  const answer = names.length === 2
    ? await question("trial.compare", ...names, themeName())
    : await ask("trial.open", names[0], themeName()).catch((error) => {
      if (!error.message.includes("no patient yet") && !error.message.includes("no such run")) trouble(error.message);
      return null;
    });
  if (!answer || String(open) !== String(names)) return;
  opened = answer.done ?? -1;
  document.getElementById("result").hidden = false;
  const two = names.length === 2;
  document.getElementById("result-title").textContent = two ? `${answer.arms[1]} against ${answer.arms[0]}` : `${names[0]}: ${answer.done} patients`;
  document.getElementById("result-names").textContent = two ? `${names[1]} against ${names[0]}, the first chosen.` : "";
  for (const button of document.querySelectorAll("#result-tools button")) button.hidden = !within(button, two, answer);
  document.getElementById("result-unpaired").textContent = answer.unpaired ?? "";
  differences(answer.differences);
  fillTable(document.getElementById("result-table"), answer.head, answer.rows);
  await drawFigures(document.getElementById("result-figures"), answer.figures);
  if (!quietly) document.getElementById("result-title").focus({ preventScroll: false });
}

function within(button, two, answer) {
  if (two) return button.dataset.of === "pair" && Boolean(answer.differences);
  const complete = document.querySelector(`tr[data-run="${CSS.escape(open[0])}"]`)?.dataset.state === "finished";
  return button.dataset.of === "run" || (button.dataset.of === "finished" && complete);
}

function differences(found) {
  const table = document.getElementById("result-differences");
  document.getElementById("result-paired").hidden = !found;
  if (!found) return;
  fillTable(table, found.head, found.rows);
  for (const [index, row] of [...table.tBodies[0].rows].entries()) row.classList.toggle("beyond-chance", found.beyond_chance[index]);
  document.getElementById("result-pairs").textContent = found.caption;
}

async function download(event) {
  const what = event.target.dataset.file;
  if (!what) return;
  const asked = { report: ["trial.report", ...open], patients: ["trial.patients", ...open] }[what] ?? ["trial.comparison", ...open, what];
  const file = await question(...asked);
  if (file) save(file.name, file.type, file.content);
}
