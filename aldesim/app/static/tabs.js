// Tabs of a page: one panel at a time, arrows move between them.
export function tabs(page, ids, shown) {
  const tab = (id) => document.getElementById(`tab-${id}`);
  const choose = (id) => {
    for (const other of ids) {
      tab(other).setAttribute("aria-selected", String(other === id));
      tab(other).tabIndex = other === id ? 0 : -1;
      document.getElementById(`${page}-${other}`).hidden = other !== id;
    }
    shown(id);
  };
  for (const id of ids) tab(id).addEventListener("click", () => choose(id));
  tab(ids[0]).parentElement.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = ids.findIndex((id) => tab(id).getAttribute("aria-selected") === "true");
    const next = ids[(at + step + ids.length) % ids.length];
    choose(next);
    tab(next).focus();
  });
}
