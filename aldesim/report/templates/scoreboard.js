"use strict";
(() => {
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
})();
