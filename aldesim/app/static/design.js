// Design: the map over the affinities, doses and windows; a point goes to the bedside.
import { element, question, themeName } from "./server.js";
import { drawFigures, fillTable, ready } from "./plots.js";

const form = document.getElementById("design-form");
const room = document.getElementById("window-form");
const point = document.getElementById("point-form");
let base = null;

export async function start() {
  await ready();
  form.addEventListener("change", () => { map(); doses(); });
  room.addEventListener("change", doses);
  for (const one of [form, room]) one.addEventListener("submit", (event) => event.preventDefault());
  point.addEventListener("submit", send);
  await map();
  await doses();
}

export function recolour() { map(); doses(); }

async function map() {
  const found = await question("design.map", form.elements.regimen.value, form.elements.effect.value, themeName());
  if (!found) return;
  base = found.base;
  const place = document.getElementById("map-figure");
  await drawFigures(place, [found.figure]);
  known(found.known);
  const plot = place.querySelector(".plot");
  if (plot.dataset.listens) return;
  plot.dataset.listens = "true";
  plot.on("plotly_click", (event) => pick(event.points[0].x, event.points[0].y));
}

function known(rows) {
  const table = document.getElementById("map-known");
  fillTable(table, ["On the map", "Molecule", "At the bedside"], rows);
  for (const [index, row] of [...table.tBodies[0].rows].entries()) {
    const query = new URLSearchParams({ regimen: form.elements.regimen.value, molecule: rows[index][2] });
    row.cells[2].replaceChildren(element("a", rows[index][2], { href: `#bedside?${query}` }));
  }
}

function pick(alpha, beta) {
  document.getElementById("point-alpha").value = Number(alpha.toPrecision(3));
  document.getElementById("point-beta").value = Number(beta.toPrecision(3));
  document.getElementById("map-point").textContent = `Chosen: Kd ${Number(alpha.toPrecision(3)).toLocaleString("en")} pM of CD25 and ${Number(beta.toPrecision(3)).toLocaleString("en")} pM of CD122-CD132.`;
}

function send(event) {
  event.preventDefault();
  if (!base) return;
  const power = (value, own, low, high) => Math.min(high, Math.max(low, Math.round(20 * Math.log10(value / own)) / 20));
  const query = new URLSearchParams({
    regimen: form.elements.regimen.value,
    kd_alpha: power(Number(document.getElementById("point-alpha").value), base.K_alpha, -2, 3),
    kd_beta_gamma: power(Number(document.getElementById("point-beta").value), base.K_beta_gamma, -2, 3),
  });
  location.hash = `#bedside?${query}`;
}

async function doses() {
  const asked = room.elements;
  const found = await question(
    "design.doses", form.elements.regimen.value, form.elements.molecule.value,
    asked.benefit.value, Number(asked.enough.value), asked.harm.value, Number(asked.too_much.value), themeName(),
  );
  if (!found) return;
  await drawFigures(document.getElementById("doses-figure"), [found.figure]);
  document.getElementById("doses-grids").replaceChildren(...found.grids.map((grid) => {
    const box = element("div", null, { class: "scroll", tabindex: "0", role: "region", "aria-label": grid.caption });
    const table = element("table");
    fillTable(table, grid.head, grid.rows);
    table.createCaption().textContent = grid.caption;
    box.append(table);
    return box;
  }));
}
