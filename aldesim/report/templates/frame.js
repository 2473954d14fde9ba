"use strict";
// What every page has: the button of the theme, and contents that say where one is.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const button = document.getElementById("theme");
  const changed = () => {
    button.textContent = dark() ? "Light theme" : "Dark theme";
    document.dispatchEvent(new Event("themechange"));
  };
  try {
    const saved = localStorage.getItem("aldesim-theme");
    if (saved === "light" || saved === "dark") root.dataset.theme = saved;
  } catch { /* no storage: follow the system */ }
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("aldesim-theme", root.dataset.theme); } catch { /* file pages may refuse */ }
    changed();
  });
  system.addEventListener("change", changed);
  changed();

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
