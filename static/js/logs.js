"use strict";

// A row's slip opens under it and closes again. Without this the link opens a page of its own.
document.addEventListener("click", (event) => {
  const twist = event.target.closest?.("a.twist");
  if (!twist) return;
  const row = twist.closest("tr");
  const slip = row.nextElementSibling;
  if (!slip?.matches(".slip")) return;
  event.preventDefault();
  event.stopPropagation();
  slip.remove();
  mark(twist, false);
}, true);

document.addEventListener("htmx:afterSwap", (event) => {
  const twist = event.detail.requestConfig?.elt;
  if (twist?.matches?.("a.twist")) mark(twist, true);
});

function mark(twist, isOpen) {
  twist.setAttribute("aria-expanded", String(isOpen));
  twist.closest("tr").classList.toggle("open", isOpen);
}

// The two times are for the custom range: filling one in chooses it.
document.addEventListener("change", (event) => {
  const period = document.getElementById("filter-period");
  if (period && event.target.matches?.("#filter-since, #filter-until")) period.value = "custom";
});
