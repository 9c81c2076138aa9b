// Prices over time: a line above its volume to read values from, in place of what the server drew. The table below has the same values.
"use strict";

(() => {
  const { look, drawAll } = window.strikebookLines;
  const MINUTE = 60_000;
  const LEAST_REACH = 0.06; // Prices move by a cent: an axis has no finer steps.
  const price = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const whole = new Intl.NumberFormat("en-US");

  const read = (chart) => {
    const rows = [...chart.parentElement.querySelectorAll("tr[data-slot]")];
    const numbers = (name) => rows.map((row) => Number(row.dataset[name]));
    const marks = chart.dataset.marks ? chart.dataset.marks.split(";").map((mark) => mark.split("=")) : [];
    return {
      slots: numbers("slot"),
      closes: numbers("close"),
      volumes: numbers("volume"),
      moments: numbers("at"),
      marks: marks.map(([slot, label]) => [Number(slot), label]),
      last: Math.max(Number(chart.dataset.slots) - 1, 1),
      before: "before" in chart.dataset ? Number(chart.dataset.before) : null,
    };
  };

  // As many words beneath the chart as there is room for.
  const chosen = (marks, width) => {
    const most = Math.max(Math.floor(width / 64), 1);
    const step = Math.ceil(marks.length / most);
    return marks.filter((_, number) => number % step === 0);
  };

  const reach = (known) => {
    const all = known.before === null ? known.closes : [...known.closes, known.before];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = Math.max((high - low) * 0.08, (LEAST_REACH - (high - low)) / 2, high > low ? 0 : high * 0.02);
    return [Math.max(low - room, 0), high + room];
  };

  const draw = (chart, told) => {
    const known = read(chart);
    const { color, font, when } = look(chart);
    const muted = color("chart-muted");
    const width = chart.clientWidth;
    const stroke = Math.max((width / known.last) * 0.7, 1);
    const lowest = reach(known);
    const labels = new Map(known.marks);
    return new window.uPlot(
      {
        width,
        height: 240,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: (_, series) => (series === 1 ? 7 : 0) } },
        scales: {
          x: { time: false, range: [-0.5, known.last + 0.5] },
          y: { range: [lowest[0] - (lowest[1] - lowest[0]) * 0.25, lowest[1]] },
          volume: { range: [0, Math.max(...known.volumes, 1) * 5] },
        },
        axes: [
          {
            stroke: muted,
            font,
            grid: { show: false },
            ticks: { show: false },
            size: 26,
            splits: (shown) => chosen(known.marks, shown.width).map(([slot]) => slot),
            values: (_, splits) => splits.map((slot) => labels.get(slot) ?? ""),
          },
          {
            stroke: muted,
            font,
            grid: { stroke: color("chart-grid"), width: 1, filter: (_, splits) => splits.map((one) => (one < lowest[0] ? null : one)) },
            ticks: { show: false },
            size: 60,
            space: 36,
            values: (_, splits) => splits.map((one) => (one < lowest[0] ? "" : price.format(one))),
          },
        ],
        series: [
          {},
          { stroke: color("chart-ink"), width: 1.75, spanGaps: true, points: { show: known.slots.length < 40, size: 5 } },
          { scale: "volume", fill: color("chart-volume"), stroke: color("chart-volume"), width: 0, points: { show: false }, paths: window.uPlot.paths.bars({ size: [0.7, stroke, 1] }) },
        ],
        hooks: {
          drawAxes: [
            (shown) => {
              if (known.before === null) {
                return;
              }
              const { ctx, bbox } = shown;
              const y = shown.valToPos(known.before, "y", true);
              ctx.save();
              ctx.strokeStyle = muted;
              ctx.setLineDash([4, 4]);
              ctx.beginPath();
              ctx.moveTo(bbox.left, y);
              ctx.lineTo(bbox.left + bbox.width, y);
              ctx.stroke();
              ctx.restore();
            },
          ],
          setCursor: [
            (shown) => {
              const at = shown.cursor.idx;
              told.textContent =
                at == null ? "" : `${when.format(known.moments[at] * 1000)}: ${price.format(known.closes[at])}, volume ${whole.format(known.volumes[at])}`;
            },
          ],
        },
      },
      [known.slots, known.closes, known.volumes],
      chart
    );
  };

  drawAll("prices", draw);

  // Parts that the stream says nothing of fetch themselves again each minute, unless somebody is reading in them.
  setInterval(() => {
    for (const part of document.querySelectorAll("[data-minutely]")) {
      if (!document.hidden && !part.matches(":hover, :focus-within") && !part.querySelector("details[open]")) {
        window.htmx?.trigger(part, "minute");
      }
    }
  }, MINUTE);
})();
