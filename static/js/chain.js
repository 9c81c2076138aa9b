// The chain, the page of an underlying, and that of a contract: cells change as their quotes do.
// Without this file these pages have a link that refreshes them.
"use strict";

(() => {
  const ABSENT = "\u2014";
  const SIDE_OF = { bid: "sell", ask: "buy" };
  const SILENT_AFTER = 60_000;
  const WORKED_OUT_AFTER = 1_500;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      target.isInSight = isIntersecting;
    }
  });

  const findRoot = () => document.querySelector("#chain, #market");

  // Where each contract stands, read once from the chain that is shown.
  let shown = null;

  const columnsOf = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const middle = heads.findIndex((head) => head.classList.contains("strike"));
    const places = (from, to) => new Map(heads.slice(from, to).map((head, place) => [head.dataset.column, from + place]));
    return { call: places(0, middle), put: places(middle + 1, heads.length), middle };
  };

  const read = (root) => {
    if (shown?.root === root) {
      return shown;
    }
    const contracts = new Map();
    const sections = [...root.querySelectorAll(".chain-table")].map((table) => {
      const [delivered, multiplier] = table.dataset.factor.split("/").map(Number);
      const section = {
        element: table.closest(".chain-section"),
        columns: columnsOf(table),
        trade: table.dataset.trade,
        factor: delivered / multiplier,
        rows: [...table.tBodies[0].rows].map((row) => ({ row, strike: Number(row.dataset.strike) })),
      };
      for (const { row } of section.rows) {
        for (const side of ["call", "put"]) {
          if (row.dataset[side]) {
            contracts.set(row.dataset[side], { row, section, places: section.columns[side] });
          }
        }
      }
      seen.observe(section.element);
      return section;
    });
    shown = { root, contracts, sections, names: root.dataset.columns.split(" "), heardAt: Date.now() };
    return shown;
  };

  const flash = (cell) => {
    if (!calm.matches) {
      cell.animate([{ backgroundColor: "var(--tick)", offset: 0 }], 800);
    }
  };

  // Answers whether the cell said something else before. What is quoted can be traded: its price is a link.
  const write = (cell, text, address) => {
    if (cell.textContent === text) {
      return false;
    }
    const link = cell.firstElementChild;
    if (link && (text !== ABSENT || link.dataset.stays !== undefined)) {
      link.textContent = text;
    } else if (address && text !== ABSENT && !link) {
      const made = document.createElement("a");
      made.href = address;
      made.textContent = text;
      cell.replaceChildren(made);
    } else {
      cell.textContent = text;
    }
    return true;
  };

  const writeContract = (chain, symbol, changes, isFirst) => {
    const found = chain.contracts.get(symbol);
    for (let at = 0; found && at < changes.length; at += 2) {
      const name = chain.names[changes[at]];
      const cell = found.row.cells[found.places.get(name)];
      const { trade, element } = found.section;
      const address = trade && SIDE_OF[name] ? `${trade}${symbol}&side=${SIDE_OF[name]}` : "";
      if (cell && write(cell, changes[at + 1], address) && !isFirst && element.isInSight) {
        flash(cell);
      }
    }
  };

  // The page of one contract has a place for each figure.
  const writeFigures = (chain, changes, isFirst) => {
    for (let at = 0; at < changes.length; at += 2) {
      const place = chain.root.querySelector(`[data-cell="${chain.names[changes[at]]}"]`);
      if (place && write(place, changes[at + 1]) && !isFirst) {
        flash(place);
      }
    }
  };

  // The line of the money: which side of each strike is in the money, and between which two the price lies.
  const drawMoney = (section, spot, text) => {
    const unit = spot * section.factor;
    let below = -1;
    section.rows.forEach(({ row, strike }, place) => {
      const money = strike < unit ? "call" : strike > unit ? "put" : undefined;
      if (strike <= unit) {
        below = place;
      }
      if (money !== row.dataset.money) {
        if (money) {
          row.dataset.money = money;
        } else {
          delete row.dataset.money;
        }
      }
    });
    const lined = section.rows[Math.max(below, 0)]?.row;
    const before = section.element.querySelector("[data-line]");
    if (!lined) {
      return;
    }
    const mark = section.element.querySelector(".at") ?? document.createElement("span");
    mark.className = "at";
    mark.ariaHidden = "true";
    mark.textContent = section.factor === 1 ? text : unit.toFixed(2);
    if (before && before !== lined) {
      delete before.dataset.line;
    }
    lined.dataset.line = below < 0 ? "above" : "below";
    if (mark.parentElement !== lined.cells[section.columns.middle]) {
      lined.cells[section.columns.middle].append(mark);
    }
  };

  const writeSpot = (chain, spot, isFirst) => {
    for (const [name, value] of Object.entries(spot)) {
      const place = chain.root.querySelector(`[data-spot="${name}"]`);
      if (place && write(place, value) && !isFirst) {
        flash(place);
      }
    }
    const change = chain.root.querySelector('[data-spot="change"]');
    if (change && spot.direction) {
      change.dataset.direction = spot.direction;
    }
    if (spot.price) {
      for (const section of chain.sections) {
        drawMoney(section, spot.price, spot.last);
      }
    }
  };

  // What the server works out of a quote fetches itself again, soon after and once, unless somebody is in it.
  let isWaiting = false;
  const workOut = (root) => {
    if (isWaiting || !root.querySelector("[data-quoted]")) {
      return;
    }
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      for (const part of document.querySelectorAll("[data-quoted]:not(:focus-within)")) {
        window.htmx.trigger(part, "quoted");
      }
    }, WORKED_OUT_AFTER);
  };

  const say = (root, text, isLive) => {
    const place = root.querySelector("[data-standing]");
    if (place && place.textContent !== text) {
      place.textContent = text;
    }
    root.toggleAttribute("data-live", isLive);
  };

  const hear = (event) => {
    const root = findRoot();
    if (!root) {
      return;
    }
    const message = JSON.parse(event.data);
    const chain = read(root);
    chain.heardAt = Date.now();
    for (const [symbol, changes] of Object.entries(message.cells)) {
      if (root.dataset.only === symbol) {
        writeFigures(chain, changes, message.first);
      } else {
        writeContract(chain, symbol, changes, message.first);
      }
    }
    writeSpot(chain, message.spot, message.first);
    if (!message.first && (message.cells[root.dataset.only] || message.spot.price)) {
      workOut(root);
    }
    say(root, message.said, message.live);
  };

  // Quotes that stopped coming are old: say how old, and leave the link that refreshes the page.
  setInterval(() => {
    const silent = shown && document.contains(shown.root) ? Date.now() - shown.heardAt : 0;
    if (silent > SILENT_AFTER) {
      const minutes = Math.floor(silent / 60_000);
      say(shown.root, `Not live: these quotes are ${minutes} minute${minutes === 1 ? "" : "s"} old`, false);
    }
  }, 5_000);

  const keepDayInSight = () => document.querySelector(".chain-days [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === "chain") {
      keepDayInSight();
    }
  });
  keepDayInSight();

  if (window.htmx) {
    const createEventSource = window.htmx.createEventSource;
    window.htmx.createEventSource = (url) => {
      const stream = createEventSource(url);
      if (url.startsWith("/streams/chain/")) {
        stream.addEventListener("quotes", (event) => {
          if (findRoot()?.getAttribute("sse-connect") === url) {
            hear(event);
          }
        });
      }
      return stream;
    };
  }
})();
