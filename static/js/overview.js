// Equity over time: a line to read values from in place of the one that the server drew. The table below it has the same values.
"use strict";

(() => {
  const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const short = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", notation: "compact", maximumFractionDigits: 2 });
  const { inNewYork, look, drawAll } = window.strikebookLines;
  const day = inNewYork({ month: "short", day: "numeric" });
  const time = inNewYork({ hour: "2-digit", minute: "2-digit" });

  const valuesOf = (chart) => {
    const rows = [...chart.parentElement.querySelectorAll("tr[data-at]")];
    return [rows.map((_, number) => number), rows.map((row) => Number(row.dataset.equity)), rows.map((row) => Number(row.dataset.at))];
  };

  const draw = (chart, told) => {
    const [numbers, equity, moments] = valuesOf(chart);
    const { color, font, when } = look(chart);
    const isDaily = "daily" in chart.dataset;
    const spansDays = moments.at(-1) - moments[0] > 86_400;
    const label = (number) => {
      const at = moments[number] * 1000;
      return Number.isInteger(number) && number in moments ? (isDaily || spansDays ? day : time).format(at) : "";
    };
    const muted = color("chart-muted");
    const grid = { stroke: color("chart-grid"), width: 1 };
    return new window.uPlot(
      {
        width: chart.clientWidth,
        height: 200,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        scales: { x: { time: false } },
        axes: [
          { stroke: muted, font, grid: { show: false }, ticks: { show: false }, size: 26, space: 80, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500], values: (_, splits) => splits.map(label) },
          { stroke: muted, font, grid, ticks: { show: false }, size: 66, space: 36, values: (_, splits) => splits.map((one) => short.format(one)) },
        ],
        series: [{}, { stroke: color("chart-ink"), fill: color("chart-wash"), width: 1.75, points: { show: false } }],
        hooks: {
          setCursor: [
            (shown) => {
              const at = shown.cursor.idx;
              told.textContent = at == null ? "" : `${when.format(moments[at] * 1000)}: ${dollars.format(equity[at])}`;
            },
          ],
        },
      },
      [numbers, equity],
      chart
    );
  };

  drawAll("chart", draw);
})();
