"use strict";

// Draws what enters the page and destroys what leaves. Colours are those of the swatches.

const FONT = { size: 11 };
const LOOKS = { stack, trend, levels, ring, ranks };

htmx.onLoad((root) => {
  for (const canvas of canvasesIn(root)) draw(canvas);
});

document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target.matches?.("canvas[data-chart]")) Chart.getChart(event.target)?.destroy();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
matchMedia("print").addEventListener("change", redraw);

function redraw() {
  for (const canvas of canvasesIn(document)) {
    Chart.getChart(canvas)?.destroy();
    draw(canvas);
  }
}

function canvasesIn(root) {
  const inside = root.querySelectorAll("canvas[data-chart]");
  return root.matches?.("canvas[data-chart]") ? [root] : [...inside];
}

function draw(canvas) {
  const source = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  new Chart(canvas, LOOKS[source.looks](source, palette()));
}

// Spend over time, stacked.
function stack(source, paint) {
  const isPale = (index) => source.running?.index === index;
  const datasets = source.datasets.map((one) => {
    const fill = paint.slot(one.slot);
    const isOutline = one.slot === 0;
    return {
      label: one.label,
      data: one.data,
      backgroundColor: (bar) => (isPale(bar.dataIndex) ? faded(fill) : fill),
      borderColor: isOutline ? paint.outline : paint.paper,
      borderWidth: isOutline ? 1 : { top: 1 },
      borderSkipped: false,
      barPercentage: 0.92,
      categoryPercentage: 0.84,
      maxBarThickness: 48,
    };
  });
  return {
    type: "bar",
    data: { labels: source.labels, datasets },
    options: overTime(source, paint, { isStacked: true, hasTotal: true }),
    plugins: [background(source, paint, pace)],
  };
}

// Spend over time in all, and the range before as a pale line.
function trend(source, paint) {
  const own = source.datasets[0].data;
  const isRunning = (index) => source.running?.index === index;
  const datasets = source.datasets.map((one) => {
    const isOwn = one.slot === "line";
    return {
      ...lineOf(one, isOwn ? paint.accent : paint.axis, paint),
      borderWidth: isOwn ? 2 : 1.5,
      order: isOwn ? 0 : 1,
      segment: isOwn ? { borderDash: (part) => (isRunning(part.p1DataIndex) ? [3, 4] : undefined) } : {},
    };
  });
  const pace = source.running && own[source.running.index] !== null && paceOf(source, own);
  return {
    type: "line",
    data: { labels: source.labels, datasets },
    options: overTime(source, paint, { suggestedMax: pace || undefined }),
    plugins: [background(source, paint, pacePoint)],
  };
}

// What was left, a line for each account.
function levels(source, paint) {
  return {
    type: "line",
    data: {
      labels: source.labels,
      datasets: source.datasets.map((one) => lineOf(one, paint.slot(one.slot), paint)),
    },
    options: overTime(source, paint, { isSigned: true }),
  };
}

function lineOf(one, colour, paint) {
  const isAlone = (index) => (one.data[index - 1] ?? null) === null && (one.data[index + 1] ?? null) === null;
  return {
    label: one.label,
    data: one.data,
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 2,
    tension: 0,
    spanGaps: false,
    pointRadius: (point) => (isAlone(point.dataIndex) ? 2.5 : 0),
    pointHoverRadius: 4,
    pointHoverBackgroundColor: paint.paper,
    pointHoverBorderColor: colour,
    pointHoverBorderWidth: 2,
  };
}

// Calls by name, as parts of a whole.
function ring(source, paint) {
  return {
    type: "doughnut",
    data: {
      labels: source.labels,
      datasets: [{
        data: source.datasets[0].data,
        backgroundColor: source.slots.map((slot) => paint.slot(slot)),
        borderColor: source.slots.map((slot) => (slot === 0 ? paint.outline : paint.paper)),
        borderWidth: 1,
        hoverOffset: 0,
      }],
    },
    options: {
      ...common(source, paint),
      cutout: "68%",
      plugins: { legend: { display: false }, tooltip: shareTip(source, paint) },
    },
    plugins: [middle(source, paint)],
  };
}

// Calls by name, the most first.
function ranks(source, paint) {
  const room = Math.max(...source.labels.map((label) => label.length)) > 24 ? 24 : undefined;
  return {
    type: "bar",
    data: {
      labels: source.labels,
      datasets: [{
        data: source.datasets[0].data,
        backgroundColor: source.slots.map((slot) => paint.slot(slot)),
        borderColor: source.slots.map((slot) => (slot === 0 ? paint.outline : paint.paper)),
        borderWidth: source.slots.map((slot) => (slot === 0 ? 1 : 0)),
        maxBarThickness: 16,
      }],
    },
    options: {
      ...common(source, paint),
      indexAxis: "y",
      interaction: { mode: "index", axis: "y", intersect: false },
      scales: {
        x: valueAxis(source, paint, {}),
        y: {
          grid: { display: false },
          border: { color: paint.axis },
          ticks: {
            color: paint.ink,
            font: FONT,
            autoSkip: false,
            callback: (_value, index) => cut(source.labels[index], room),
          },
        },
      },
      plugins: { legend: { display: false }, tooltip: shareTip(source, paint) },
    },
  };
}

function cut(label, room) {
  return room && label.length > room ? `${label.slice(0, room - 1)}…` : label;
}

function common(source, paint) {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    onClick: (_event, items) => {
      const link = items.length && source.links?.[items[0].index];
      if (link) location.assign(link);
    },
    onHover: (event, items) => {
      const isLink = items.length && source.links?.[items[0].index];
      event.native.target.classList.toggle("leads", Boolean(isLink));
    },
  };
}

function overTime(source, paint, { isStacked = false, hasTotal = false, isSigned = false, suggestedMax }) {
  const money = moneyOf(source);
  const totalOf = (items) => `${source.total} ${money(sum(items.map((item) => item.raw)))}`;
  const gapOf = (items) => (items.length && source.gaps?.[items[0].dataIndex]) || [];
  return {
    ...common(source, paint),
    interaction: { mode: "index", intersect: false },
    scales: {
      x: {
        stacked: isStacked,
        grid: { display: false },
        border: { color: paint.axis },
        ticks: { color: paint.text, font: FONT, maxRotation: 0, autoSkipPadding: 24 },
      },
      y: valueAxis(source, paint, { stacked: isStacked, beginAtZero: !isSigned || undefined, suggestedMax }),
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        ...tipLooks(paint),
        itemSort: (one, other) => other.raw - one.raw,
        filter: (item) => item.raw !== null && (item.raw !== 0 || !isStacked),
        callbacks: {
          title: (items) => (items.length ? source.titles[items[0].dataIndex] : ""),
          beforeBody: (items) => (hasTotal && items.length ? totalOf(items) : []),
          label: (item) => ` ${item.dataset.label}  ${money(item.raw)}`,
          afterBody: gapOf,
        },
      },
    },
  };
}

function valueAxis(source, paint, more) {
  const tick = (value, _index, ticks) => signed(value, source.symbol, asFineAs(ticks));
  return {
    beginAtZero: true,
    grid: { color: paint.grid },
    border: { display: false },
    ticks: { color: paint.text, font: FONT, maxTicksLimit: 6, callback: tick },
    ...more,
  };
}

function tipLooks(paint) {
  return {
    backgroundColor: paint.raised,
    titleColor: paint.ink,
    bodyColor: paint.ink,
    borderColor: paint.axis,
    borderWidth: 1,
    cornerRadius: 4,
  };
}

function shareTip(source, paint) {
  const all = sum(source.datasets[0].data);
  return {
    ...tipLooks(paint),
    callbacks: {
      title: (items) => (items.length ? source.labels[items[0].dataIndex] : ""),
      label: (item) => ` ${moneyOf(source)(item.raw)} (${((100 * item.raw) / all).toFixed(1)} %)`,
      footer: () => `${source.total} ${moneyOf(source)(all)}`,
    },
    footerColor: paint.text,
    footerFont: { weight: "normal" },
  };
}

// The number of all in the hole of the ring.
function middle(source, paint) {
  return {
    id: "middle",
    afterDraw(chart) {
      const { ctx, chartArea } = chart;
      const [x, y] = [(chartArea.left + chartArea.right) / 2, (chartArea.top + chartArea.bottom) / 2];
      ctx.save();
      ctx.textAlign = "center";
      ctx.fillStyle = paint.ink;
      ctx.font = `600 20px ${paint.font}`;
      ctx.fillText(moneyOf(source)(sum(source.datasets[0].data)), x, y + 2);
      ctx.fillStyle = paint.text;
      ctx.font = `11px ${paint.font}`;
      ctx.fillText(source.datasets[0].label, x, y + 20);
      ctx.restore();
    },
  };
}

// Behind the bars: a hatched band where rows are missing; above them what runs, at its pace.
function background(source, paint, marksPace) {
  return {
    id: "background",
    beforeDatasetsDraw(chart) {
      for (const index of Object.keys(source.gaps)) hatch(chart, Number(index), paint);
    },
    afterDatasetsDraw(chart) {
      if (source.running) marksPace(chart, source, paint);
    },
  };
}

function hatch(chart, index, paint) {
  const { ctx, chartArea, scales } = chart;
  const width = chartArea.width / chart.data.labels.length;
  const left = chart.config.type === "bar" ? scales.x.getPixelForValue(index) - width / 2 : besides(chart, index);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, chartArea.top, width, chartArea.height);
  ctx.clip();
  ctx.strokeStyle = paint.axis;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = left - chartArea.height; x < left + width; x += 7) {
    ctx.moveTo(x, chartArea.bottom);
    ctx.lineTo(x + chartArea.height, chartArea.top);
  }
  ctx.stroke();
  ctx.restore();
}

// The points of a line stand at the edges of its area.
function besides(chart, index) {
  const width = chart.chartArea.width / chart.data.labels.length;
  const middle = chart.scales.x.getPixelForValue(index);
  return Math.min(Math.max(middle - width / 2, chart.chartArea.left), chart.chartArea.right - width);
}

function pace(chart, source, paint) {
  const { index, passed } = source.running;
  const total = sum(source.datasets.map((one) => one.data[index]));
  if (!total || passed <= 0) return;
  const { ctx, chartArea, scales } = chart;
  const bar = chart.getDatasetMeta(0).data[index];
  const top = Math.max(chartArea.top, scales.y.getPixelForValue(total / passed));
  ctx.save();
  ctx.strokeStyle = paint.edge;
  ctx.setLineDash([3, 3]);
  ctx.strokeRect(bar.x - bar.width / 2, top, bar.width, chartArea.bottom - top);
  ctx.restore();
}

function paceOf(source, data) {
  const { index, passed } = source.running;
  return passed > 0 ? data[index] / passed : 0;
}

// A ring where the line would end at the present pace.
function pacePoint(chart, source, paint) {
  const value = paceOf(source, source.datasets[0].data);
  const point = chart.getDatasetMeta(0).data[source.running.index];
  if (!value || !point) return;
  const { ctx, scales } = chart;
  ctx.save();
  ctx.strokeStyle = paint.edge;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([2, 2]);
  ctx.beginPath();
  ctx.arc(point.x - 4, scales.y.getPixelForValue(value), 4, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.restore();
}

function sum(numbers) {
  return numbers.reduce((total, one) => total + (one ?? 0), 0);
}

function moneyOf(source) {
  return (value) => signed(value, source.symbol, digits(value, source.symbol));
}

function signed(value, symbol, shape) {
  return (value < 0 ? "\u2212" : "") + symbol + Math.abs(value).toLocaleString("en", shape);
}

function digits(value, symbol) {
  const places = !symbol ? 0 : Math.abs(value) >= 1 ? 2 : 4;
  return { minimumFractionDigits: places, maximumFractionDigits: places };
}

// One number of decimals on an axis.
function asFineAs(ticks) {
  const step = ticks.length > 1 ? ticks[1].value - ticks[0].value : 1;
  const places = Math.min(8, Math.max(0, -Math.floor(Math.log10(step))));
  return { minimumFractionDigits: places, maximumFractionDigits: places };
}

// A colour that a canvas understands: custom properties would give light-dark() unresolved.
function palette() {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const background = (classes) => {
    probe.className = classes;
    return getComputedStyle(probe).backgroundColor;
  };
  const style = getComputedStyle(document.body);
  const names = ["grid", "axis", "edge", "text", "raised", "site", "accent"];
  const colours = {
    ...Object.fromEntries(names.map((name) => [name, background(`paint-${name}`)])),
    slots: Array.from({ length: 11 }, (_, slot) => background(`sw m${slot}`)),
    outline: background("paint-outline"),
    ink: style.color,
    paper: style.backgroundColor,
    font: style.fontFamily,
  };
  probe.remove();
  return { ...colours, slot: (slot) => (slot === "site" ? colours.site : colours.slots[slot]) };
}

function faded(colour) {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.55)");
}
