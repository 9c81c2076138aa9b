// Lines over time: drawn by uPlot in place of what the server drew, and again as the page's width or theme changes.
"use strict";

window.strikebookLines = (() => {
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

  const inNewYork = (options) => new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", hourCycle: "h23", ...options });
  const whole = { true: inNewYork({ dateStyle: "medium" }), false: inNewYork({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }) };

  // Colors come from the page, so that the drawing follows the theme.
  const look = (chart) => {
    const color = (name) => {
      const probe = document.createElement("span");
      probe.className = name;
      chart.append(probe);
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    };
    return { color, font: `11px ${getComputedStyle(chart).fontFamily}`, when: whole["daily" in chart.dataset] };
  };

  const begin = async (chart, source, draw) => {
    try {
      await load(source);
    } catch {
      return; // what the server drew stays
    }
    if (!chart.isConnected) {
      return;
    }
    const told = document.createElement("p");
    told.className = "chart-told";
    let plot = draw(chart, told);
    chart.querySelectorAll(".chart-line, .chart-range").forEach((old) => old.remove());
    chart.append(told);
    const again = () => {
      if (chart.isConnected && chart.clientWidth) {
        plot.destroy();
        told.textContent = "";
        plot = draw(chart, told);
        chart.append(told);
      }
    };
    new ResizeObserver(() => {
      if (chart.clientWidth !== plot.width) {
        again();
      }
    }).observe(chart);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  };

  // Draws what has `data-<name>`, which says where uPlot is; `draw` makes the plot of a chart, and `told` says its values.
  const drawAll = (name, draw) => {
    const begun = new WeakSet();
    const beginAll = () => {
      for (const chart of document.querySelectorAll(`[data-${name}]`)) {
        if (!begun.has(chart)) {
          begun.add(chart);
          begin(chart, chart.dataset[name], draw);
        }
      }
    };
    document.addEventListener("htmx:afterSettle", beginAll);
    beginAll();
  };

  return { drawAll, inNewYork, look };
})();
