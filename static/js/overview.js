// Equity over time: a line to read values from in place of the one that the server drew. The table below it has the same values.
"use strict";

(() => {
  const drawn = new WeakSet();
  let library;

  const load = (source) => {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  };

  const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const short = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", notation: "compact", maximumFractionDigits: 2 });
  const inNewYork = (options) => new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", hourCycle: "h23", ...options });
  const day = inNewYork({ month: "short", day: "numeric" });
  const time = inNewYork({ hour: "2-digit", minute: "2-digit" });
  const whole = { true: inNewYork({ dateStyle: "medium" }), false: inNewYork({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }) };

  const valuesOf = (chart) => {
    const rows = [...chart.parentElement.querySelectorAll("tr[data-at]")];
    return [rows.map((_, number) => number), rows.map((row) => Number(row.dataset.equity)), rows.map((row) => Number(row.dataset.at))];
  };

  // Colors come from the page, so that the line follows the theme.
  const draw = (chart) => {
    const [numbers, equity, moments] = valuesOf(chart);
    const style = getComputedStyle(chart);
    const color = (name) => {
      const probe = document.createElement("span");
      probe.className = name;
      chart.append(probe);
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    };
    const isDaily = "daily" in chart.dataset;
    const spansDays = moments.at(-1) - moments[0] > 86_400;
    const label = (number) => {
      const at = moments[number] * 1000;
      return Number.isInteger(number) && number in moments ? (isDaily || spansDays ? day : time).format(at) : "";
    };
    const muted = color("chart-muted");
    const grid = { stroke: color("chart-grid"), width: 1 };
    const font = `11px ${style.fontFamily}`;
    const plot = new window.uPlot(
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
              told.textContent = at == null ? "" : `${whole[isDaily].format(moments[at] * 1000)}: ${dollars.format(equity[at])}`;
            },
          ],
        },
      },
      [numbers, equity],
      chart
    );
    const told = document.createElement("p");
    told.className = "chart-told";
    chart.append(told);
    for (const old of chart.querySelectorAll(".chart-line, .chart-range")) {
      old.remove();
    }
    return plot;
  };

  const begin = async (chart) => {
    if (drawn.has(chart)) {
      return;
    }
    drawn.add(chart);
    try {
      await load(chart.dataset.chart);
    } catch {
      return; // the line that the server drew stays
    }
    if (!chart.isConnected) {
      return;
    }
    let plot = draw(chart);
    new ResizeObserver(() => {
      if (chart.clientWidth && chart.clientWidth !== plot.width) {
        plot.setSize({ width: chart.clientWidth, height: 200 });
      }
    }).observe(chart);
    const again = () => {
      if (chart.isConnected) {
        plot.destroy();
        chart.querySelector(".chart-told")?.remove();
        plot = draw(chart);
      }
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  };

  const beginAll = () => document.querySelectorAll("[data-chart]").forEach(begin);
  document.addEventListener("htmx:afterSettle", beginAll);
  beginAll();
})();
