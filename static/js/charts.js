"use strict";

// Draws what enters the page and destroys what leaves. Colours are those of the swatches.

const FONT = { size: 11 };

htmx.onLoad((root) => {
  for (const canvas of canvasesIn(root)) draw(canvas);
});

document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target.matches?.("canvas[data-chart]")) Chart.getChart(event.target)?.destroy();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const canvas of canvasesIn(document)) {
    Chart.getChart(canvas)?.destroy();
    draw(canvas);
  }
});

function canvasesIn(root) {
  const inside = root.querySelectorAll("canvas[data-chart]");
  return root.matches?.("canvas[data-chart]") ? [root] : [...inside];
}

function draw(canvas) {
  const source = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
  const paint = palette();
  new Chart(canvas, {
    type: canvas.dataset.chart,
    data: { labels: source.labels, datasets: source.datasets.map((one) => dataset(one, source, paint)) },
    options: options(source, paint),
    plugins: [background(source, paint)],
  });
}

function dataset(one, source, paint) {
  const fill = paint.slot(one.slot);
  const isOutline = one.slot === 0;
  const pale = (index) => source.running?.index === index;
  return {
    label: one.label,
    data: one.data,
    backgroundColor: (bar) => (pale(bar.dataIndex) ? faded(fill) : fill),
    borderColor: isOutline ? paint.outline : paint.paper,
    borderWidth: isOutline ? 1 : { top: 1 },
    borderSkipped: false,
    barPercentage: 0.92,
    categoryPercentage: 0.84,
    maxBarThickness: 48,
  };
}

function options(source, paint) {
  const money = (value) => source.symbol + value.toLocaleString("en", digits(value, source.symbol));
  const tick = (value, _index, ticks) => source.symbol + value.toLocaleString("en", asFineAs(ticks));
  const totalOf = (items) => `${source.total} ${money(sum(items.map((item) => item.raw)))}`;
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    onClick: (event, bars) => {
      const link = bars.length && source.links[bars[0].index];
      if (link) location.assign(link);
    },
    scales: {
      x: {
        stacked: true,
        grid: { display: false },
        border: { color: paint.axis },
        ticks: { color: paint.text, font: FONT, maxRotation: 0, autoSkipPadding: 24 },
      },
      y: {
        stacked: true,
        beginAtZero: true,
        grid: { color: paint.grid },
        border: { display: false },
        ticks: { color: paint.text, font: FONT, maxTicksLimit: 6, callback: tick },
      },
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: paint.raised,
        titleColor: paint.ink,
        bodyColor: paint.ink,
        borderColor: paint.axis,
        borderWidth: 1,
        cornerRadius: 4,
        itemSort: (one, other) => other.raw - one.raw,
        filter: (item) => item.raw !== 0,
        callbacks: {
          title: (items) => (items.length ? source.titles[items[0].dataIndex] : ""),
          beforeBody: (items) => (items.length ? totalOf(items) : []),
          label: (item) => ` ${item.dataset.label}  ${money(item.raw)}`,
        },
      },
    },
  };
}

// Behind the bars: a hatched band where rows are missing, a dashed box for the pace of what runs.
function background(source, paint) {
  return {
    id: "background",
    beforeDatasetsDraw(chart) {
      for (const index of source.gaps) hatch(chart, index, paint);
    },
    afterDatasetsDraw(chart) {
      if (source.running) pace(chart, source, paint);
    },
  };
}

function hatch(chart, index, paint) {
  const { ctx, chartArea, scales } = chart;
  const width = chartArea.width / chart.data.labels.length;
  const left = scales.x.getPixelForValue(index) - width / 2;
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

function sum(numbers) {
  return numbers.reduce((total, one) => total + one, 0);
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
  const colours = {
    ...Object.fromEntries(["grid", "axis", "edge", "text", "raised", "site"].map((name) => [name, background(`paint-${name}`)])),
    slots: Array.from({ length: 11 }, (_, slot) => background(`sw m${slot}`)),
    outline: background("paint-outline"),
    ink: style.color,
    paper: style.backgroundColor,
  };
  probe.remove();
  return { ...colours, slot: (slot) => (slot === "site" ? colours.site : colours.slots[slot]) };
}

function faded(colour) {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.55)");
}
