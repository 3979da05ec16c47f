// A panel that asks again while something is in motion rests in a tab that nobody looks at, and
// while something is open in it that the answer would close (`data-live`: what).
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  const panel = event.target;
  if (!panel.matches("[data-live]")) return;
  const opened = panel.dataset.live;
  if (document.hidden || (opened && panel.querySelector(opened))) event.preventDefault();
});
