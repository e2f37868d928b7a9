// The contact centre by keyboard: search, rows, acts, back; and boxes for a whole type or channel. Pages work without it.

const KEPT = "regulars.contact_centre.query";
const isTyping = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
const home = document.querySelector(".mark")?.href;

// What was searched for last stays with this tab, so that the way back leads to the same hits. It is not in the address.
const box = document.querySelector("[data-kept-query]");
const kept = sessionStorage.getItem(KEPT) ?? "";
box?.form.addEventListener("submit", () => sessionStorage.setItem(KEPT, box.value));
box?.addEventListener("input", () => sessionStorage.setItem(KEPT, box.value));
if (box && "isHome" in box.dataset) {
  if (box.value) sessionStorage.setItem(KEPT, box.value);
  else if (kept) {
    box.value = kept;
    document.addEventListener("htmx:load", () => htmx.trigger(box, "kept"), { once: true });
  }
  box.select();
} else if (box && !box.value) box.value = kept;
box?.addEventListener("focus", () => box.select());

// Rows: J and K move, Enter follows the link that has the focus.
function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const place = rows.indexOf(document.activeElement);
  rows[place < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(place + step, 0), rows.length - 1)]?.focus();
}

const acts = document.getElementById("acts");
function openActs() {
  if (!acts.open) acts.showModal();
  const field = document.getElementById("act");
  field.value = "";
  field.focus();
  htmx.trigger(field, "opened");
}
document.querySelector("[data-opens=acts]")?.addEventListener("click", () => setTimeout(openActs));

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.code === "KeyK") {
    event.preventDefault();
    return openActs();
  }
  if (acts.open) return amongActs(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.code === "Slash" && !event.shiftKey && event.key !== "/") {
    event.preventDefault(); // the same key in another layout
    box?.focus();
  } else if (event.key === "/") event.preventDefault();
  else if (event.code === "KeyJ") move(1);
  else if (event.code === "KeyK") move(-1);
  else if (event.key === "Escape" && document.querySelector("[data-back]")) location.assign(home);
});

// In the list of acts: arrows move, Enter in the field takes the first.
function amongActs(event) {
  const found = [...acts.querySelectorAll(".acts-found a")];
  const place = found.indexOf(document.activeElement);
  if (event.key === "ArrowDown") (found[place + 1] ?? found[0])?.focus();
  else if (event.key === "ArrowUp") (found[place - 1] ?? document.getElementById("act")).focus();
  else if (event.key === "Enter" && event.target.id === "act") found[0]?.click();
  else return;
  event.preventDefault();
}

// An act that presses a button of this page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-presses]");
  const button = link && document.getElementById(link.dataset.presses);
  if (!button) return;
  event.preventDefault();
  acts.close();
  button.click();
});

// Boxes for a whole type and a whole channel, and marks on what is not saved.
const table = document.getElementById("consent");
const cells = () => [...(table?.querySelectorAll("[name=cell]:not(:disabled)") ?? [])];
const members = (whole) =>
  cells().filter((cell) => (whole.dataset.line ? cell.dataset.inLine === whole.dataset.line : cell.dataset.inColumn === whole.dataset.column));
function mark() {
  for (const cell of cells()) cell.closest("td").classList.toggle("unsaved", cell.checked !== "saved" in cell.dataset);
  for (const whole of table.querySelectorAll("[data-line], [data-column]")) {
    const on = members(whole).filter((cell) => cell.checked).length;
    whole.hidden = !members(whole).length;
    whole.checked = on > 0 && on === members(whole).length;
    whole.indeterminate = on > 0 && !whole.checked;
  }
}
if (table) {
  mark();
  table.addEventListener("change", (event) => {
    if (event.target.matches("[data-line], [data-column]")) for (const cell of members(event.target)) cell.checked = event.target.checked;
    mark();
  });
  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]")?.dataset.fill;
    if (!fill) return;
    event.preventDefault();
    for (const cell of cells()) cell.checked = fill === "all";
    mark();
    cells()[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
