// Copy, countdowns, local times, search while typing, waiting for a query, and one post of
// each form. Every page works without it, but for these.
"use strict";

const PAUSE = 250; // milliseconds of no typing before a search
const AGAIN = 700; // until a search that is still reading is asked again
const LOOK = 2000; // until a query of the log is looked at again

// What was sent is being worked on: no second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After the browser has taken the value of the button that was pressed.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    document.getElementById("working").hidden = false;
  });
});

// A page that the browser kept: what was shown once is not shown again.
const secret = document.getElementById("secret");
window.addEventListener("pagehide", () => secret?.replaceChildren());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

if (secret) {
  const copied = document.getElementById("copied");
  const copy = document.getElementById("copy");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(secret.textContent);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "The browser did not allow it: select the text and copy it.";
    }
  });
  const download = document.getElementById("download");
  download.hidden = false;
  download.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${secret.textContent}\n`]));
    link.download = secret.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
    copied.textContent = "Downloaded: keep the file private.";
  });
}

function countDown() {
  for (const shown of document.querySelectorAll("[data-countdown]")) {
    const ends = performance.now() + 1000 * shown.dataset.countdown;
    const tick = () => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      shown.textContent = left
        ? `In force everywhere within ${left} s.`
        : "In force everywhere.";
      if (left) setTimeout(tick, 1000);
    };
    tick();
  }
}

function localTimes(root) {
  const form = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const local = new Date(time.dateTime);
    if (Number.isNaN(local.valueOf())) continue;
    time.title = `${form.format(local)}, local time`;
    if (time.closest(".record")) {
      const beside = document.createElement("span");
      beside.className = "far";
      beside.textContent = ` (${form.format(local)} here)`;
      time.after(beside);
    }
  }
}

// Part of a page as it is now; nothing if it can't be had.
async function fetched(address, id) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
}

const search = document.getElementById("q");
let asked = 0;
let waiting;

async function find() {
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(document.getElementById("filters")));
  query.set("rows", "");
  const found = await fetched(`?${query}`, "rows");
  if (mine !== asked || !found) return;
  const ticked = new Set(
    Array.from(document.querySelectorAll("#rows input:checked"), (box) => box.value),
  );
  for (const box of found.querySelectorAll("input[name=names]")) box.checked = ticked.has(box.value);
  document.getElementById("rows").replaceWith(document.adoptNode(found));
  localTimes(found);
  if ("reading" in found.dataset) waiting = setTimeout(find, AGAIN);
}

search?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(find, PAUSE);
});
if (search && document.querySelector("#rows[data-reading]")) waiting = setTimeout(find, AGAIN);

// In place, so that nobody's reading or focus is lost while the query runs.
async function look() {
  const found = await fetched(location.href, "usage");
  // What went wrong is a page of its own.
  if (!found) return location.reload();
  document.getElementById("usage").replaceWith(document.adoptNode(found));
  localTimes(found);
  if ("running" in found.dataset) setTimeout(look, LOOK);
}

if (document.querySelector("#usage[data-running]")) setTimeout(look, LOOK);

countDown();
localTimes(document);
