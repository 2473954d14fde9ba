// Questions to the server over Shiny's web-socket, and what the person is told about it.
export const connected = new Promise((resolve) => {
  const ready = () => { if (window.Shiny?.shinyapp?.isConnected()) resolve(); else setTimeout(ready, 20); };
  ready();
});

const $ = window.jQuery;
$(document).on("shiny:disconnected", () =>
  trouble("The connection to the server is lost. Start it again if it was stopped, then reload this page."));

export function ask(method, ...args) {
  return new Promise((resolve, reject) => {
    const done = (answer) => (answer.error ? reject(new Error(answer.error)) : resolve(answer.value));
    window.Shiny.shinyapp.makeRequest(method, args, done, (error) => reject(new Error(error)), undefined);
  });
}

let passing = false; // whether the next answer takes away what the box says

// The answer, or true where there is nothing to answer; null if refused, and the page says why.
export async function question(method, ...args) {
  try {
    const answer = await ask(method, ...args);
    if (passing) trouble("");
    return answer ?? true;
  } catch (error) {
    trouble(error.message);
    return null;
  }
}

export function trouble(text, lasting = false) {
  passing = Boolean(text) && !lasting;
  const box = document.getElementById("trouble");
  box.textContent = text;
  box.hidden = !text;
}

export function say(text) {
  document.getElementById("status").textContent = text;
}

export function themeName() {
  const set = document.documentElement.dataset.theme;
  return set || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

export function save(name, type, base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  saveBlob(name, new Blob([bytes], { type }));
}

export function saveBlob(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
