// What every page shares. The pages work without it.
"use strict";

// --- A failed htmx request is told, not swallowed ---

const SENTENCES = { 403: "refused", 404: "gone", 410: "gone", 429: "hasty" };

function tell(name) {
  const region = document.getElementById("trouble");
  region.querySelector("p").textContent = region.dataset[name];
  region.hidden = false;
}

document.addEventListener("htmx:responseError", (event) => {
  tell(SENTENCES[event.detail.xhr.status] || "broken");
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => tell("silent"));
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) document.getElementById("trouble").hidden = true;
});

// --- Buttons ---

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  source.select?.();
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  button.querySelector("span").textContent = button.dataset.done;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copy) copy(button);
  if (button && "close" in button.dataset) button.closest("[role=alert]").hidden = true;
});

// --- Forms that come back to this page: htmx may have changed its address since ---

document.addEventListener("submit", (event) => {
  if ("next" in event.target.dataset) {
    event.target.elements.next.value = location.pathname + location.search;
  }
});

// --- What was found wrong with a field holds until somebody types there ---

document.addEventListener("input", (event) => event.target.removeAttribute("aria-invalid"));

// --- Elements that need the browser's help ---

function proposeZone(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}

function prepare(root) {
  // Browsers give out the clipboard only over https or on this machine.
  const copies = navigator.clipboard ? root.querySelectorAll("[data-copy]") : [];
  for (const button of copies) button.hidden = false;
  for (const select of root.querySelectorAll("[data-propose-zone] select")) proposeZone(select);
}

htmx.onLoad(prepare);
