// The setting of the bedside: what the controls say, and what they are told.
export const form = document.getElementById("setting");

export function setting() {
  const values = {};
  for (const field of form.elements) {
    if (field.name) values[field.name] = field.type === "range" ? Number(field.value) : field.value;
  }
  return values;
}

// Values into the form; what it cannot take stays as it is at the start, and is named.
export function set(values) {
  const known = new Set(), refused = [];
  for (const field of form.elements) {
    if (!field.name) continue;
    const wanted = values[field.name] ?? field.dataset.start;
    known.add(field.name);
    field.value = wanted;
    if (field.type === "range" ? Number(field.value) !== Number(wanted) : field.value !== wanted) {
      field.value = field.dataset.start;
      refused.push(`${field.name}=${wanted}`);
    }
    follow(field);
  }
  return [...refused, ...Object.keys(values).filter((name) => !known.has(name))];
}

export function follow(field) {
  const number = document.getElementById(`${field.id}-number`);
  if (!number) return;
  number.value = field.value;
  field.setAttribute("aria-valuetext", `${field.value} ${field.dataset.unit}`.trim());
}

export function changed(values) {
  const found = {};
  for (const field of form.elements) {
    if (field.name && String(values[field.name]) !== field.dataset.start) found[field.name] = values[field.name];
  }
  return found;
}

// What differs between the setting on show and the one kept, in words.
export function apart(held) {
  const place = document.getElementById("apart"), now = setting(), own = [], kept = [];
  place.hidden = !held;
  if (!held) return;
  for (const field of form.elements) {
    if (!field.name || field.closest(".control").hidden || String(now[field.name]) === String(held[field.name])) continue;
    const label = form.querySelector(`label[for="${field.id}"]`).textContent.toLowerCase().replace("kd cd", "Kd CD");
    const said = (value) => (field.type === "range" ? `${value} ${field.dataset.unit}`.trim() : field.querySelector(`option[value="${CSS.escape(value)}"]`).textContent);
    own.push(`${label} ${said(now[field.name])}`);
    kept.push(`${label} ${said(held[field.name])}`);
  }
  place.textContent = own.length ? `A (lines): ${own.join(", ")}. B (dashes): ${kept.join(", ")}.` : "A and B are the same so far: move a slider.";
}

// Controls that change nothing are put away; the group says why, once.
export function idle(reasons) {
  for (const group of form.querySelectorAll("fieldset")) {
    const said = new Set();
    for (const control of group.querySelectorAll(".control")) {
      const name = control.querySelector("[name]").name;
      control.hidden = name in reasons;
      if (reasons[name]) said.add(reasons[name]);
    }
    group.querySelector(".why").textContent = [...said].join(" ");
  }
}
