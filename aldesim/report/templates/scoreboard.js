"use strict";
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const button = document.getElementById("theme");
  const label = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
  try {
    const saved = localStorage.getItem("aldesim-theme");
    if (saved === "light" || saved === "dark") root.dataset.theme = saved;
  } catch { /* no storage: follow the system */ }
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("aldesim-theme", root.dataset.theme); } catch { /* file pages may refuse */ }
    label();
  });
  system.addEventListener("change", label);
  label();

  const rows = [...document.querySelectorAll(".board tbody tr")];
  const filters = document.querySelector(".filters");
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const picked = (name) => filters.elements[name].value;
  function filter() {
    let shown = 0;
    for (const row of rows) {
      const fits = ["verdict", "domain", "use"].every((name) => {
        const wanted = picked(name);
        return !wanted || row.dataset[name] === wanted;
      });
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
    nothing.hidden = shown > 0;
  }
  filters.addEventListener("change", filter);
  filter();

  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const spy = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  links.forEach((_, id) => spy.observe(document.getElementById(id)));
})();
