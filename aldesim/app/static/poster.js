// Every picture of the bedside on one sheet, as PNG.
import { element, saveBlob } from "./server.js";

export async function poster() {
  const plots = [...document.querySelectorAll("#page-bedside figure:not([hidden]) .plot")];
  const width = 620, height = 230, gap = 34, columns = 2;
  const rows = Math.ceil((plots.length - 1) / columns);
  const canvas = element("canvas");
  canvas.width = columns * width;
  canvas.height = 150 + rows * (height + gap);
  const pen = canvas.getContext("2d"), style = getComputedStyle(document.body);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  pen.font = `600 16px ${style.fontFamily}`;
  pen.fillText(`aldesim. ${document.getElementById("headline").textContent} Research use only.`, 16, 26);
  for (const [index, plot] of plots.entries()) {
    const first = index === 0;
    const size = { format: "png", width: first ? canvas.width : width, height: first ? 110 : height };
    const image = new Image();
    image.src = await window.Plotly.toImage(plot, size);
    await image.decode();
    const place = index - 1, x = first ? 0 : (place % columns) * width;
    const y = first ? 36 : 150 + Math.floor(place / columns) * (height + gap);
    if (!first) pen.fillText(plot.closest("figure").querySelector("h3").textContent + ", " + plot.closest("figure").querySelector(".unit").textContent, x + 16, y + 18);
    pen.drawImage(image, x, first ? y : y + gap - 10, size.width, size.height);
  }
  canvas.toBlob((blob) => saveBlob("bedside.png", blob), "image/png");
}
