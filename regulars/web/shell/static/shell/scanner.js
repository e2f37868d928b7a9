// A scanner types like a fast keyboard. What it types never stays in a field: it goes to the form #scans,
// whatever has the focus. Fast means: each key within GAP of the one before, closed by Enter or Tab, at least
// SHORTEST keys. Scans wait in a line until the answer to the one before is on the page.
const GAP = 35;
const SHORTEST = 5;

let keys = "";
let last = 0;
let field = null;
let before = "";
let busy = false;
const waiting = [];

function begin(target) {
  keys = "";
  field = target.matches?.("input:not([type=checkbox], [type=radio]), textarea") ? target : null;
  before = field?.value ?? "";
}

const form = document.getElementById("scans");

function send() {
  if (busy || !waiting.length) return;
  busy = true;
  form.elements.code.value = waiting.shift();
  form.requestSubmit();
}

function scanned(code) {
  if (field) field.value = before;
  document.querySelector("dialog[open]")?.close();
  waiting.push(code);
  send();
}

form.addEventListener("htmx:afterRequest", () => {
  busy = false;
  send();
});

document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const fast = event.timeStamp - last <= GAP;
    last = event.timeStamp;
    if ((event.key === "Enter" || event.key === "Tab") && fast && keys.length >= SHORTEST) {
      event.preventDefault();
      event.stopImmediatePropagation();
      scanned(keys);
      keys = "";
    } else if (event.key.length === 1) {
      if (!fast || !keys) begin(event.target);
      keys += event.key;
    } else if (event.key !== "Shift") {
      keys = "";
    }
  },
  true,
);
