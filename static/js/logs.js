"use strict";

// --- A row's slip opens under it and closes again. Without this the link opens a page of its own ---

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

// --- The two times are for the custom range: filling one in chooses it ---

document.addEventListener("change", (event) => {
  const period = document.getElementById("filter-period");
  if (period && event.target.matches?.("#filter-since, #filter-until")) period.value = "custom";
});

// --- Other rows, by parameters ---

function show(parameters) {
  for (const name of ["before", "after", "live"]) parameters.delete(name);
  const path = `${location.pathname}?${parameters}`;
  htmx.ajax("GET", path, { target: "#logs", swap: "outerHTML show:window:top" });
}

// A value with the shift key: all rows but those. The links of a table each set one parameter.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("td a.v");
  if (!link || !event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  const parameters = new URLSearchParams(location.search);
  const name = link.dataset.p;
  const value = new URL(link.href).searchParams.get(name);
  const kept = parameters.getAll(name).filter((one) => one !== value);
  parameters.delete(name);
  for (const one of new Set([...kept, `!${value}`])) parameters.append(name, one);
  show(parameters);
}, true);

// --- The picker of values ---

document.addEventListener("htmx:afterSwap", (event) => {
  const pick = event.detail.requestConfig?.elt;
  if (!pick?.matches?.("a.pick")) return;
  const picker = document.getElementById("values");
  const field = pick.closest(".field").getBoundingClientRect();
  picker.style.setProperty("--x", `${Math.max(8, Math.min(field.left, innerWidth - 340))}px`);
  picker.style.setProperty("--y", `${Math.min(field.bottom + 4, innerHeight - 320)}px`);
  picker.showPopover();
  picker.querySelector("input:not([type=hidden])")?.focus();
});

document.addEventListener("input", (event) => {
  const wanted = event.target.dataset?.narrows;
  if (!wanted) return;
  const text = event.target.value.toLowerCase();
  for (const item of document.querySelectorAll(wanted)) {
    item.hidden = !item.textContent.toLowerCase().includes(text);
  }
});

// Either only a value or all but it.
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.checked || !box.matches(".options [type=checkbox]")) return;
  for (const other of box.closest("li")?.querySelectorAll("[type=checkbox]") ?? []) {
    if (other !== box) other.checked = false;
  }
});

// --- A drag over the histogram chooses that stretch of time ---

const FAR_ENOUGH = 6; // pixels: less is a click
let drag = null;

function place(chart, x) {
  const box = chart.getBoundingClientRect();
  const share = Math.min(0.9999, Math.max(0, (x - box.left) / box.width));
  return Math.floor(share * (chart.dataset.edges.split(" ").length - 1));
}

function paint() {
  const { chart, band, from, to } = drag;
  const count = chart.dataset.edges.split(" ").length - 1;
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  band.setAttribute("x", `${(100 * first) / count}%`);
  band.setAttribute("width", `${(100 * (last + 1 - first)) / count}%`);
}

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest?.("svg[data-edges]");
  if (!chart || event.button || event.pointerType === "touch") return;
  event.preventDefault(); // a link would be dragged instead
  drag = { chart, x: event.clientX, from: place(chart, event.clientX), to: 0, band: null };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || (!drag.band && Math.abs(event.clientX - drag.x) < FAR_ENOUGH)) return;
  if (!drag.band) {
    drag.band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of [["class", "band"], ["y", 0], ["height", 53]]) {
      drag.band.setAttribute(name, value);
    }
    drag.chart.append(drag.band);
  }
  drag.to = place(drag.chart, event.clientX);
  paint();
});

document.addEventListener("pointerup", () => {
  if (!drag?.band) {
    drag = null;
    return;
  }
  const edges = drag.chart.dataset.edges.split(" ");
  const parameters = new URLSearchParams(location.search);
  parameters.set("period", "custom");
  parameters.set("since", edges[Math.min(drag.from, drag.to)]);
  parameters.set("until", edges[Math.max(drag.from, drag.to) + 1]);
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, true), 0);
  drag = null;
  show(parameters);
});

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
