"use strict";
(() => {
  const look = JSON.parse(document.getElementById("look").textContent);
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const coarse = matchMedia("(pointer: coarse)");
  const plots = [...document.querySelectorAll(".plot")];
  const windows = new Map();
  const config = {
    displaylogo: false, showEditInChartStudio: false,
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
  };
  let printing = false;

  const dark = () => !printing && (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const painted = (text) => dark()
    ? text.replace(/#[0-9a-f]{6}|rgba\(\d+,\d+,\d+,/g, (colour) => look.dark[colour] ?? colour)
    : text;

  function draw(plot) {
    const text = document.getElementById(plot.id + "-data").textContent;
    const spec = JSON.parse(painted(text));
    const layout = spec.layout;
    layout.template = JSON.parse(painted(JSON.stringify(look.template)));
    layout.uirevision = "kept";
    layout.autosize = true;
    const range = windows.get(plot);
    if (range) layout.xaxis.range = range;
    // A finger must scroll the page, not draw a zoom box.
    if (coarse.matches) layout.dragmode = false;
    if (printing) { layout.autosize = false; layout.width = plot.clientWidth; }
    plot.dataset.drawn = "yes";
    sized.observe(plot);
    return Plotly.react(plot, spec.data, layout, config);
  }
  // The container tells, not the window: columns change, patients are hidden and shown.
  const sized = new ResizeObserver((entries) => {
    if (printing) return;
    for (const { target, contentRect } of entries) {
      const drawn = target._fullLayout?.width;
      if (drawn && contentRect.width && Math.abs(drawn - contentRect.width) > 1) Plotly.Plots.resize(target);
    }
  });
  const redraw = () => plots.filter((plot) => plot.dataset.drawn).forEach(draw);

  // Pictures are drawn when they come near the screen.
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "600px" });
  plots.forEach((plot) => near.observe(plot));

  // Data of a picture as CSV: one row a point, with the axes' titles and whatever else it carries.
  const kinds = { f8: Float64Array, f4: Float32Array, i4: Int32Array, u4: Uint32Array, i2: Int16Array, u2: Uint16Array, i1: Int8Array, u1: Uint8Array };
  function values(packed) {
    if (packed === undefined || packed === null) return [];
    if (Array.isArray(packed)) return packed;
    if (typeof packed !== "object") return [packed];
    const bytes = Uint8Array.from(atob(packed.bdata), (c) => c.charCodeAt(0));
    const flat = [...new kinds[packed.dtype](bytes.buffer)];
    const wide = Number(String(packed.shape ?? "").split(",")[1] ?? 0);
    if (!wide) return flat;
    return Array.from({ length: flat.length / wide }, (_, row) => flat.slice(row * wide, (row + 1) * wide));
  }
  const cell = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    const text = String(value).replace(/<br>/g, " ").replace(/<[^>]*>/g, "");
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  function csv(spec) {
    const titled = (letter, trace) => {
      const key = `${letter}axis${String(trace[letter + "axis"] ?? letter).slice(1)}`;
      return spec.layout[key]?.title?.text ?? "";
    };
    const rows = [];
    let extras = 0;
    for (const trace of spec.data) {
      const x = values(trace.x), y = values(trace.y), custom = values(trace.customdata), text = values(trace.text);
      for (let k = 0; k < Math.max(x.length, y.length); k += 1) {
        if ((x[k] ?? null) === null && (y[k] ?? null) === null) continue;
        const more = [custom[k] ?? [], text.length > 1 ? text[k] : []].flat();
        extras = Math.max(extras, more.length);
        const name = spec.rows ? [spec.rows[y[k]] ?? ""] : [];
        rows.push([trace.name ?? "", ...name, titled("x", trace), x[k], titled("y", trace), y[k], ...more]);
      }
    }
    const first = ["series", ...(spec.rows ? ["row"] : []), "x_axis", "x", "y_axis", "y"];
    const head = [...first, ...Array.from({ length: extras }, (_, k) => `more_${k + 1}`)];
    const whole = (row) => Array.from(head, (_, k) => cell(row[k])).join(",");
    return [head, ...rows].map(whole).join("\n") + "\n";
  }
  for (const link of document.querySelectorAll("button.data")) {
    link.addEventListener("click", () => {
      const spec = JSON.parse(document.getElementById(link.dataset.of + "-data").textContent);
      const anchor = document.createElement("a");
      const title = document.getElementById(link.dataset.of + "-title").textContent;
      anchor.href = URL.createObjectURL(new Blob([csv(spec)], { type: "text/csv" }));
      anchor.download = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") + ".csv";
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
    });
  }

  document.addEventListener("themechange", redraw);

  for (const choice of document.querySelectorAll("[data-window]")) {
    const chosen = choice.dataset.window === "courses" ? "figure.course .plot" : ".patient .plot";
    choice.addEventListener("change", (event) => {
      const range = event.target.value.split(",").map(Number);
      for (const plot of document.querySelectorAll(chosen)) {
        windows.set(plot, range);
        if (plot.dataset.drawn) Plotly.relayout(plot, { "xaxis.range": range.slice() });
      }
    });
  }

  const select = document.getElementById("patient");
  if (select) {
    const show = () => {
      for (const card of document.querySelectorAll(".patient")) card.hidden = card.dataset.plot !== select.value;
    };
    select.addEventListener("change", show);
    show();
  }

  addEventListener("beforeprint", () => { printing = true; plots.filter((p) => p.offsetParent).forEach(draw); });
  addEventListener("afterprint", () => { printing = false; redraw(); });
})();
