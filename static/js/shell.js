// Small comforts. Every page works without this file.
"use strict";

(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Keys: "/" goes to the search, Escape closes an open menu.
  const isWriting = (element) => element.matches("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target)) {
      event.preventDefault();
      find("#search")?.select();
      find("#search")?.focus();
    }
    if (event.key === "Escape") {
      const open = find("details.menu[open]");
      if (open) {
        open.open = false;
        find("summary", open).focus();
      }
    }
  });

  // Menus: one open at a time; a click elsewhere closes it.
  document.addEventListener("click", (event) => {
    for (const menu of findAll("details.menu[open]")) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });

  // Tabs: where they do not all fit, the one that is open is in sight.
  find(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

  // Copy: a button beside what is shown once puts it on the clipboard and says so.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) {
      return;
    }
    const shown = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(shown.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(shown);
      button.textContent = "Selected";
    }
    find("#announcement").textContent = button.textContent;
  });

  // Theme: kept in a cookie that the server reads, so a page never flashes in the other one.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]") || !event.submitter) {
      return;
    }
    event.preventDefault();
    const theme = event.submitter.value;
    if (theme === "system") {
      document.cookie = "theme=; path=/; max-age=0; samesite=lax";
      delete root.dataset.theme;
    } else {
      document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
      root.dataset.theme = theme;
    }
    for (const button of findAll("[data-theme-form] button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  });

  // Clock: ticks on from what the server last said; a stopped clock stays as it is.
  const newYork = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/New_York",
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  let ahead = 0;
  let lastSaid;

  // What the server said is how late it was then: a clock that another swap left alone is not read again.
  const readClock = () => {
    const now = find("#clock")?.dataset.now;
    if (now !== lastSaid) {
      lastSaid = now;
      ahead = now ? Date.parse(now) - Date.now() : 0;
    }
  };

  setInterval(() => {
    const shown = find("#clock:not([data-frozen]) [data-clock]");
    if (shown) {
      shown.textContent = newYork.format(Date.now() + ahead);
    }
  }, 1000);
  readClock();

  // Swaps: say aloud what an act of the user changed; say so when a part could not be fetched.
  const ACTS = new Set(["click", "submit", "change", "input", "search"]);

  document.addEventListener("htmx:afterSettle", (event) => {
    readClock();
    const cause = event.detail.requestConfig?.triggeringEvent?.type;
    const said = ACTS.has(cause) && find("[data-announce], .empty strong", event.detail.elt);
    if (said) {
      find("#announcement").textContent = said.textContent;
    }
  });

  // Navigation: a list that was filtered in place is no longer the saved filter that it was opened as.
  const filterOf = (address) => {
    const { pathname, searchParams } = new URL(address, location.href);
    const kept = [...searchParams].filter(([name, value]) => value && !["after", "before", "sort"].includes(name));
    return JSON.stringify([pathname, kept.sort()]);
  };

  document.addEventListener("htmx:pushedIntoHistory", (event) => {
    for (const links of findAll(".nav-links")) {
      const all = findAll("a", links);
      const shown = all.find((link) => filterOf(link.href) === filterOf(event.detail.path));
      const within = all.find((link) => new URL(link.href).pathname === location.pathname);
      for (const link of all) {
        link.removeAttribute("aria-current");
      }
      (shown ?? within)?.setAttribute("aria-current", shown ? "page" : "true");
    }
  });

  // Streams: a browser allows a host six connections, so only a page that is looked at keeps one open.
  // One that comes into view again fetches its parts again: it may have missed something.
  const TOLD_TO_BODY = ["queue-changed", "orders-changed", "refusals-changed"];
  let streams = [];

  if (window.htmx) {
    window.htmx.createEventSource = (url) => {
      const stream = new EventSource(url);
      streams.push(stream);
      for (const name of TOLD_TO_BODY) {
        stream.addEventListener(name, () => window.htmx.trigger(document.body, name));
      }
      if (document.hidden) {
        stream.close();
      }
      return stream;
    };
  }

  document.addEventListener("visibilitychange", () => {
    for (const stream of streams) {
      stream.close();
    }
    streams = [];
    if (document.hidden || !window.htmx) {
      return;
    }
    for (const element of findAll("[sse-connect]")) {
      window.htmx.trigger(element, "htmx:afterProcessNode");
    }
    for (const element of findAll('[hx-trigger*="sse:account-changed"]')) {
      window.htmx.trigger(element, "htmx:afterProcessNode");
      window.htmx.trigger(element, "sse:account-changed");
    }
    for (const name of TOLD_TO_BODY) {
      if (find(`[hx-trigger*="${name}"]`)) {
        window.htmx.trigger(document.body, name);
      }
    }
  });

  // Exports that are made before they are sent: say so, until a cookie says that the file is on its way.
  const notify = (text) => {
    const notice = document.createElement("p");
    notice.className = "notice";
    notice.textContent = text;
    find("#notices")?.append(notice);
    return notice;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-export]");
    if (!link) {
      return;
    }
    const menu = link.closest("details.menu");
    if (menu) {
      menu.open = false;
    }
    const address = new URL(link.href);
    const token = Math.random().toString(36).slice(2);
    address.searchParams.set("token", token);
    event.preventDefault();
    const notice = notify(`${link.dataset.export} is being made. It downloads by itself.`);
    const began = Date.now();
    const waiting = setInterval(() => {
      const isMade = document.cookie.split("; ").includes(`export-made=${token}`);
      if (isMade || Date.now() - began > 300_000) {
        clearInterval(waiting);
        notice.textContent = isMade ? `${link.dataset.export} is downloading.` : `${link.dataset.export} takes long. Narrow the filter down, or take CSV.`;
        setTimeout(() => notice.remove(), 6000);
      }
    }, 250);
    location.assign(address);
  });

  // A part that fetches itself again never takes a form from under the hands, nor one that is on its way.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (find("form, .htmx-request", event.detail.target)) {
      event.detail.shouldSwap = false;
    }
  });

  const complain = () => {
    const notices = find("#notices");
    if (!notices || find("[data-stale]", notices)) {
      return;
    }
    const notice = document.createElement("p");
    notice.className = "notice";
    notice.dataset.level = "error";
    notice.dataset.stale = "";
    notice.textContent = "A part of this page could not be brought up to date. ";
    const again = document.createElement("a");
    again.href = location.href;
    again.textContent = "Load the page again";
    notice.append(again);
    notices.append(notice);
  };

  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, complain);
  }
})();
