// Charts write as the pages do: spaces in thousands, and words in the colour of muted ink, light and dark, for a canvas knows no
// style sheet.
const spaced = (value) => value.toLocaleString("en").replaceAll(",", "\u00a0");
if (window.Chart) {
  Chart.defaults.scales.linear.ticks.callback = spaced;
  Chart.defaults.plugins.tooltip.callbacks.label = (bar) => `${bar.dataset.label}: ${spaced(bar.parsed.y)}`;
}
const writeInInk = () => {
  const foot = document.querySelector(".desk-foot");
  if (!foot || !window.Chart) return;
  Chart.defaults.color = getComputedStyle(foot).color;
  for (const canvas of document.querySelectorAll("canvas.chart")) Chart.getChart(canvas)?.update();
};
writeInInk();
addEventListener("load", writeInInk);
new MutationObserver(writeInInk).observe(document.documentElement, { attributeFilter: ["class"] });
