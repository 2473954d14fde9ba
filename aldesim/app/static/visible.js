// Height of the axes from what is seen: a picture of three days is not scaled by two years.
const ROOM = 0.05; // share of the height left free above and below
const LEAST_SHARE = 0.05; // of the value: smaller changes are not blown up to fill the picture
const LEAST_DECADES = 0.3;

function numbers(packed) {
  const bytes = Uint8Array.from(atob(packed.bdata), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// Lowest and highest value of a curve from one time to another, both neighbours included.
function reach(curve, from, to) {
  const x = numbers(curve.x), y = numbers(curve.y);
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < x.length; i++) {
    if (!(x[Math.min(i + 1, x.length - 1)] >= from && x[Math.max(i - 1, 0)] <= to)) continue;
    if (y[i] < low) low = y[i];
    if (y[i] > high) high = y[i];
  }
  return [low, high];
}

function roomy(low, high, axis) {
  if (axis.rangemode === "tozero") return [0, high > 0 ? high * (1 + ROOM) : 1];
  const log = axis.type === "log";
  const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const least = log ? LEAST_DECADES : (LEAST_SHARE * Math.abs(a + b)) / 2 || 1;
  const spare = Math.max(0, least - (b - a)) / 2 + Math.max(least, b - a) * ROOM;
  return [a - spare, b + spare];
}

// Ranges of the vertical axes of a picture of curves, for its part between two times (days).
export function heights(spec, [from, to]) {
  const found = {};
  for (const [axis, letter] of [["yaxis", "y"], ["yaxis2", "y2"]]) {
    const curves = spec.data.filter((curve) => (curve.yaxis ?? "y") === letter && curve.y.bdata && !curve.z);
    const ends = curves.map((curve) => reach(curve, from, to)).filter(([low]) => low < Infinity);
    if (!ends.length) continue;
    const low = Math.min(...ends.map((end) => end[0])), high = Math.max(...ends.map((end) => end[1]));
    found[axis] = { range: roomy(low, high, spec.layout[axis]) };
  }
  return found;
}
