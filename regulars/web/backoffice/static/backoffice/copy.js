// Copies what a button names. Where the browser does not let pages write to the clipboard, the text is selected instead.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  const said = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(text.textContent);
    said.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(text);
    said.textContent = "Selected: press Ctrl+C";
  }
});
