// Small comforts of every page; nothing here is needed to use it.

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");

// A key printed on a button presses that button; single letters never fire in fields. The press waits for a blink,
// and another key calls it off: a scanner's code may begin with such a letter.
let press;
document.addEventListener("keydown", (event) => {
  clearTimeout(press);
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const letter = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
  press = setTimeout(() => {
    if (letter === "?") return document.getElementById("keys")?.showModal();
    const place = document.querySelector(`[data-key="${CSS.escape(letter)}"]`);
    if (place && typing(place)) place.focus();
    else place?.click();
  }, 60);
});

// A button that opens a dialog of the page: without script its link leads to the same text.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});

// How long ago, on hover.
const steps = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"], [12, "month"], [Infinity, "year"]];
function ago(then) {
  let amount = (then - Date.now()) / 1000;
  for (const [size, unit] of steps) {
    if (Math.abs(amount) < size) {
      return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" }).format(Math.round(amount), unit);
    }
    amount /= size;
  }
}
document.addEventListener("pointerover", (event) => {
  const time = event.target.closest("time[datetime]");
  if (time && time.dateTime.includes("T")) time.title = ago(new Date(time.dateTime));
});

// What is still being made is looked at again.
if (document.querySelector("[data-look-again]")) setTimeout(() => location.reload(), 3000);

// The screen stays awake while a card code is held to a scanner.
if (document.querySelector("[data-keep-awake]") && navigator.wakeLock) {
  const hold = () => document.visibilityState === "visible" && navigator.wakeLock.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", hold);
  hold();
}

// What is asked for again and again says what it has seen (an ETag); an unchanged answer leaves the page alone, and a
// new one keeps the place to which the row was moved.
document.addEventListener("htmx:configRequest", (event) => {
  const seen = event.target.dataset?.seen;
  if (seen) event.detail.headers["If-None-Match"] = seen;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (xhr.status === 304) event.detail.shouldSwap = false;
  else if (target.dataset?.seen && target.scrollLeft) {
    const left = target.scrollLeft;
    document.addEventListener("htmx:afterSwap", () => (document.getElementById(target.id).scrollLeft = left), { once: true });
  }
});
