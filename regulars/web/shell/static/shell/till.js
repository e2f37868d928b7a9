// The till between two acts: a code that was typed and taken leaves its field, what must be seen comes into sight, and a
// reload brings the basket back. The basket is a value on the page; this tab keeps the last one, no other tab does.
const KEPT = "regulars.till.basket";
const code = document.getElementById("code");
const basket = () => document.getElementById("basket");
const remember = () => sessionStorage.setItem(KEPT, document.getElementById("basket-id").value);

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "basket") return;
  remember();
  if (event.detail.requestConfig?.elt.id === "act") typed(basket().dataset.query);
  basket().querySelector("[autofocus]")?.focus();
  if (document.activeElement.id === "points" && !document.activeElement.value) document.activeElement.blur();
  basket().querySelector(".till-said, .paid > .change")?.scrollIntoView({ block: "center" });
});

// What was taken makes room, and the keys on the buttons work again; what was not stays to be corrected.
function typed(left) {
  if (code.value !== left) {
    code.value = left;
    code.dispatchEvent(new Event("input"));
  }
  if (!left) code.blur();
}

// The explanation opens at the foot of the lines: bring it up.
document.addEventListener(
  "toggle",
  (event) => event.target.matches("#basket .why[open]") && event.target.scrollIntoView({ block: "start" }),
  true,
);

for (const silence of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(silence, (event) => {
    if (event.detail.target?.id !== "basket") return;
    basket().querySelector(".till-said")?.remove();
    basket().querySelector(".strip").after(document.getElementById("unreachable").content.cloneNode(true));
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") basket().querySelector(".till-said")?.remove();
  const key = event.target.dataset?.enter;
  if (event.key !== "Enter" || key === undefined) return;
  event.preventDefault();
  if (key) document.querySelector(`[data-key="${key}"]`)?.click();
  else event.target.blur();
});

const kept = sessionStorage.getItem(KEPT);
const asked = new URLSearchParams(location.search).get("code"); // the address brings a basket of its own
if (kept && !asked) {
  const form = document.getElementById("scans");
  htmx.ajax("POST", form.action, {
    source: form,
    target: "#basket",
    select: "#basket",
    swap: "outerHTML",
    values: { basket: kept, code: "" },
  });
}
