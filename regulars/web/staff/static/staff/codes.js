// Saves the recovery codes as a file, or prints them. Without this script they are written down by hand.

const keep = document.querySelector("[data-keep]");
keep.hidden = false;
keep.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) return print();
  const save = target.closest("[data-download]");
  if (!save) return;
  const codes = [...document.querySelectorAll("#codes code")].map((each) => each.textContent.trim());
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([codes.join("\n") + "\n"], { type: "text/plain" }));
  link.download = save.dataset.download;
  link.click();
  URL.revokeObjectURL(link.href);
});
