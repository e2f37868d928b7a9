// The till between two acts: a code that was typed and taken leaves its field, and a reload brings the basket back.
// The basket is a value on the page; this tab keeps the last one, no other tab and no server does.
const KEPT = "regulars.till.basket";
const code = document.getElementById("code");
const basket = () => document.getElementById("basket-id").value;

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "basket") return;
  sessionStorage.setItem(KEPT, basket());
  if (event.detail.requestConfig?.elt.id === "act") {
    code.value = document.getElementById("basket").dataset.query;
    code.dispatchEvent(new Event("input"));
  }
  document.querySelector("#basket [autofocus]")?.focus();
});

const kept = sessionStorage.getItem(KEPT);
if (kept) {
  const form = document.getElementById("scans");
  htmx.ajax("POST", form.action, {
    source: form,
    target: "#basket",
    select: "#basket",
    swap: "outerHTML",
    values: { basket: kept, code: "" },
  });
}
