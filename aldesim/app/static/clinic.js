// The clinic: screening, calendar, rule sets, handout.
import { element, question, save, say, trouble } from "./server.js";
import { fillTable } from "./plots.js";
import { tabs } from "./tabs.js";

const LARGEST = 500000;
const screening = document.getElementById("screening-form");
const course = document.getElementById("course-form");
const rules = document.getElementById("rules-form");
const handout = document.getElementById("handout-form");
const seen = new Set();

export async function start() {
  tabs("clinic", ["screening", "course", "rulesets", "handout"], shown);
  screening.elements.criteria.addEventListener("change", items);
  document.getElementById("screening-items").addEventListener("change", screen);
  document.getElementById("patient-file").addEventListener("change", read);
  screening.addEventListener("submit", (event) => event.preventDefault());
  const soon = new Date(Date.now() + 86400000);
  course.elements.start.value = `${soon.toISOString().slice(0, 10)}T08:00`;
  course.elements.tz.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  course.addEventListener("submit", plan);
  rules.addEventListener("change", showRules);
  rules.addEventListener("submit", (event) => event.preventDefault());
  handout.addEventListener("change", showHandout);
  handout.addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.print).contentWindow.print());
  }
  await items();
}

function shown(id) {
  if (seen.has(id)) return;
  seen.add(id);
  ({ screening: () => {}, course: () => plan(), rulesets: showRules, handout: showHandout })[id]();
}

async function items() {
  const found = await question("clinic.items", screening.elements.criteria.value);
  if (!found) return;
  const kept = values();
  document.getElementById("screening-items").replaceChildren(...found.map((item) => {
    const box = element("div", null, { class: "control" }), id = `item-${item.name}`;
    box.append(element("label", item.words + (item.unit ? `, ${item.unit}` : ""), { for: id }));
    const shared = { id, name: item.name, "data-kind": item.kind, "data-shiny-no-bind-input": "" };
    let field;
    if (item.kind === "number") {
      field = element("input", null, { ...shared, type: "number", min: item.low ?? "", max: item.high ?? "", step: item.whole ? 1 : "any" });
    } else {
      field = element("select", null, shared);
      const options = item.kind === "flag" ? [["true", "yes"], ["false", "no"]] : item.options.map((name) => [name, name.replaceAll("_", " ")]);
      for (const [value, text] of [["", "not known"], ...options]) field.append(element("option", text, { value }));
    }
    if (kept[item.name] !== undefined) field.value = String(kept[item.name]);
    box.append(field);
    return box;
  }));
  screen();
}

function values() {
  const found = {};
  for (const field of document.getElementById("screening-items").querySelectorAll("[name]")) {
    if (field.value === "") continue;
    found[field.name] = { number: Number(field.value), flag: field.value === "true", choice: field.value }[field.dataset.kind];
  }
  return found;
}

async function screen() { judged(await question("clinic.screen", screening.elements.criteria.value, values())); }

async function read(event) {
  const [file] = event.target.files;
  if (!file) return;
  if (file.size > LARGEST) return trouble(`${file.name} is larger than ${LARGEST / 1000} kB.`);
  const kind = file.name.endsWith(".json") ? "json" : "yaml";
  judged(await question("clinic.read", screening.elements.criteria.value, kind, await file.text()));
}

function judged(found) {
  if (!found) return;
  const verdict = document.getElementById("verdict");
  verdict.textContent = found.verdict[0].toUpperCase() + found.verdict.slice(1);
  verdict.dataset.verdict = found.verdict;
  const table = document.getElementById("screening-table");
  fillTable(table, found.head, found.rows);
  for (const row of table.tBodies[0].rows) row.cells[1].dataset.verdict = row.cells[1].textContent;
  document.getElementById("screening-unread").textContent = found.unread.map((text) => `Not read: ${text}.`).join(" ");
}

async function plan(event) {
  event?.preventDefault();
  const asked = Object.fromEntries([...new FormData(course)].map(([name, value]) => [name, ["weight", "height"].includes(name) && value !== "" ? Number(value) : value]));
  const made = await question("clinic.plan", asked);
  if (!made) return;
  const frame = document.getElementById("course-page");
  frame.hidden = false;
  frame.srcdoc = made.page;
  document.getElementById("course-tools").hidden = false;
  document.getElementById("course-files").replaceChildren(...made.files.map((file) => {
    const button = element("button", file.name.endsWith("ics") ? "iCalendar" : "CSV", { type: "button" });
    button.addEventListener("click", () => save(file.name, file.type, file.content));
    return button;
  }));
  say("Planned");
}

async function showRules() {
  const found = await question("clinic.rules", rules.elements.left.value, rules.elements.right.value);
  if (!found) return;
  document.getElementById("rules-about").textContent = found.rows.length ? found.about : "These two sets decide alike.";
  fillTable(document.getElementById("rules-table"), found.head, found.rows);
}

async function showHandout() {
  const made = await question("clinic.handout", handout.elements.regimen.value);
  if (made) document.getElementById("handout-page").srcdoc = made.page;
}
