// The evidence: scoreboard, parameters, the model as a drawing.
import { element, question, say } from "./server.js";
import { fillTable } from "./plots.js";
import { tabs } from "./tabs.js";

const EVERY = 5000;
const seen = new Set();
let rows = [];

export async function start() {
  tabs("evidence", ["board", "parameters", "model"], (id) => once(id));
  document.getElementById("board-compute").addEventListener("click", compute);
  document.getElementById("board-filter").addEventListener("change", list);
  document.getElementById("parameter-search").addEventListener("input", find);
  await once("board");
}

async function once(id) {
  if (seen.has(id)) return;
  seen.add(id);
  await { board, parameters, model }[id]();
}

async function board() {
  const found = await question("evidence.board");
  if (!found) return;
  rows = found.rows;
  const misses = rows.filter((row) => row.inside === false).length;
  document.getElementById("board-state").textContent = found.running
    ? "The scoreboard is being computed; this takes minutes. You may leave the page."
    : found.computed
      ? `${misses} of ${rows.length} published numbers are missed${found.quick ? " (quick run, few patients: to see that it works, not to judge)" : ""}.`
      : `${rows.length} published numbers, not yet compared on this machine.`;
  const button = document.getElementById("board-compute");
  button.hidden = found.running;
  button.textContent = found.computed ? "Compute again" : "Compute the scoreboard";
  document.getElementById("board-tallies").replaceChildren(...found.tallies.map(([name, inside, share]) => {
    const box = element("div");
    box.append(element("span", name, { class: "hint" }), element("b", share), element("span", inside, { class: "hint" }));
    return box;
  }));
  document.getElementById("board-weights").hidden = !found.computed;
  list();
  if (found.running) setTimeout(board, EVERY);
}

function list() {
  const only = document.getElementById("board-filter").value === "miss";
  const computed = rows.some((row) => "inside" in row);
  const shown = rows.filter((row) => !only || row.inside === false);
  const head = computed ? ["Quantity", "Verdict", "Published", "Simulated, median (95 %)", "", "Source"] : ["Quantity", "Published", "Source"];
  const table = document.getElementById("board-table");
  fillTable(table, head, shown.map((row) => {
    const name = `${row.quantity} (${row.domain}${row.use ? ", used for calibration" : ""})`, value = `${row.observed} ${row.unit}`;
    return computed ? [name, row.inside ? "met" : "not met", value, row.simulated, "", row.source] : [name, value, row.source];
  }));
  if (!computed) return;
  for (const [index, line] of [...table.tBodies[0].rows].entries()) {
    line.cells[1].dataset.verdict = line.cells[1].textContent;
    line.cells[1].textContent = shown[index].inside ? "inside" : "missed";
    line.cells[4].innerHTML = shown[index].drawing; // drawn by our own server, its words escaped there
  }
}

async function compute() {
  await question("evidence.compute");
  say("Computing");
  board();
}

async function parameters() {
  const found = await question("evidence.parameters");
  if (!found) return;
  fillTable(document.getElementById("parameter-table"), found.head, found.rows);
  find();
}

function find() {
  const wanted = document.getElementById("parameter-search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of document.getElementById("parameter-table").tBodies[0]?.rows ?? []) {
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => text.includes(word));
    count += !row.hidden;
  }
  document.getElementById("parameter-count").textContent = `${count} parameters`;
}

async function model() {
  const found = await question("evidence.model");
  if (!found) return;
  const place = document.getElementById("model-drawing");
  place.innerHTML = found.drawing; // drawn by our own server from the model text
  fillTable(document.getElementById("model-table"), found.head, found.rows);
  for (const box of place.querySelectorAll(".module")) {
    const mark = (on) => {
      place.firstChild.classList.toggle("chosen", on);
      for (const flow of place.querySelectorAll(".flow")) flow.classList.toggle("own", on && [flow.dataset.from, flow.dataset.to].includes(box.dataset.module));
      box.classList.toggle("own", on);
    };
    box.addEventListener("pointerenter", () => mark(true));
    box.addEventListener("pointerleave", () => mark(false));
  }
}
