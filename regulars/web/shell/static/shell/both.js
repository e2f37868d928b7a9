// Compares what two doors said about one person: neither system asks the other, only this page has heard both.

const NAMES = { loyalty: "Loyalty", smartcomms: "Smart Communications" };
const known = new Map();

// What a side said of a channel: whether it is on, and when that was turned; nothing while it has not answered.
function said(side, channel) {
  const [word, at] = document.getElementById(side)?.dataset[channel]?.split(" ") ?? [];
  return word && { word, at: Number(at) };
}

function judge(row) {
  const channel = row.dataset.channel;
  const [here, there] = ["loyalty", "smartcomms"].map((side) => said(side, channel));
  for (const [side, stands] of [["loyalty", here], ["smartcomms", there]]) {
    const pier = row.querySelector(`[data-side=${side}]`);
    pier.textContent = stands?.word ?? "unknown";
    pier.dataset.stand = stands?.word ?? "";
  }
  if (!here || !there) return { way: "unknown", words: "not compared" };
  if (here.word === there.word) return { way: "agree", words: "agree" };
  const to = here.at > there.at ? "smartcomms" : "loyalty";
  return { way: `to-${to}`, words: "on its way", to };
}

function compare() {
  const crossing = [];
  let compared = true;
  for (const row of document.querySelectorAll(".bridge [data-channel]")) {
    const verdict = judge(row);
    row.dataset.way = verdict.way;
    const status = row.querySelector("[data-verdict]");
    status.textContent = verdict.words;
    status.className = `status ${{ agree: "done", unknown: "waiting" }[verdict.way] ?? "news"}`;
    if (verdict.way === "unknown") compared = false;
    if (verdict.to) crossing.push(`${row.querySelector(".channel").textContent} is on its way to ${NAMES[verdict.to]}`);
  }
  const sentence = crossing.length ? `${crossing.join("; ")}.` : compared ? "Both systems agree on every channel that crosses." : "One of the two has not heard of this person.";
  const shown = document.getElementById("verdict");
  if (shown.textContent !== sentence) shown.textContent = sentence;
}

// What has just changed is marked for a moment.
function mark(side) {
  for (const stand of side.querySelectorAll("[data-stand]")) {
    if (known.has(stand.id) && known.get(stand.id) !== stand.dataset.stand) stand.classList.add("moved");
    known.set(stand.id, stand.dataset.stand);
  }
}

document.addEventListener("htmx:afterSettle", (event) => {
  const side = event.target.closest?.(".side");
  if (!side) return;
  mark(side);
  if (document.querySelectorAll(".side[data-seen]").length === 2) compare();
});
