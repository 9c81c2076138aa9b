// The queue of options requests by keyboard, and on from one decision to the next. Every page works without this file.
"use strict";

(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
  const isWriting = (element) => element.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
  const say = (text) => {
    find("#announcement").textContent = text;
  };

  // In the queue: the row that is in hand is the one whose link, or whose box, has the focus.
  const links = () => findAll("[data-keyed=queue] tbody th a");
  const rowInHand = () => document.activeElement.closest?.("[data-keyed=queue] tbody tr");
  const boxes = () => findAll("[data-keyed=queue] input[name=selected]");
  const picked = () => boxes().filter((box) => box.checked);

  const move = (step) => {
    const all = links();
    const row = rowInHand();
    const at = row ? all.findIndex((link) => row.contains(link)) : step > 0 ? -1 : all.length;
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  const tellPicked = () => {
    const all = boxes();
    const count = picked().length;
    const told = find("#picked");
    if (told) {
      told.textContent = count ? `${count} selected` : "";
    }
    const every = find("#pick-all");
    if (every) {
      every.checked = count > 0 && count === all.length;
      every.indeterminate = count > 0 && count < all.length;
    }
  };

  const pick = () => {
    const box = rowInHand() && find("input[name=selected]", rowInHand());
    if (box) {
      box.checked = !box.checked;
      tellPicked();
      fetchIfStale();
    }
  };

  const claim = () => {
    const box = rowInHand() && find("input[name=selected]", rowInHand());
    if (box && !picked().length) {
      box.checked = true;
    }
    find("#claim-many")?.click();
  };

  const QUEUE_KEYS = {
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    x: pick,
    c: claim,
  };

  // On a request: a key chooses the verdict and goes on to its reason.
  const VERDICTS = { a: "approved", l: "approved_lower", r: "rejected", q: "asked" };

  const choose = (verdict) => {
    const radio = find(`#verdict input[name=act][value=${verdict}]`);
    if (radio) {
      radio.checked = true;
      find(`#verdict .verdict-codes[data-act=${verdict}] select`)?.focus();
    }
  };

  const follow = (id) => document.getElementById(id)?.click();
  const REQUEST_KEYS = {
    n: () => follow("next"),
    g: () => follow("back"),
    c: () => follow("claim"),
    ...Object.fromEntries(Object.entries(VERDICTS).map(([key, verdict]) => [key, () => choose(verdict)])),
  };

  document.addEventListener("keydown", (event) => {
    const page = find("[data-keyed]")?.dataset.keyed;
    if (!page || event.altKey || event.metaKey) {
      return;
    }
    const form = find("#verdict");
    if (event.ctrlKey) {
      if (event.key === "Enter" && form?.contains(event.target)) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    const isInMenu = event.target.closest("details.menu, .filters") !== null;
    const act = (page === "queue" ? QUEUE_KEYS : REQUEST_KEYS)[event.key];
    const isArrow = event.key.startsWith("Arrow");
    if (!act || isWriting(event.target) || isInMenu || (isArrow && (event.target.type === "radio" || !rowInHand()))) {
      return;
    }
    event.preventDefault();
    act();
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "pick-all") {
      for (const box of boxes()) {
        box.checked = event.target.checked;
      }
    }
    if (event.target.matches("#pick-all, input[name=selected]")) {
      tellPicked();
      fetchIfStale();
    }
  });

  // A page that is worked with is not changed under the hands: it says that it is no longer as the queue is.
  const isInHand = (part) =>
    part.id === "request-head" ? part.contains(document.activeElement) && isWriting(document.activeElement) : picked().length > 0 || find("details[open]", part) !== null;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    const cause = event.detail.requestConfig?.triggeringEvent?.type;
    if (cause === "queue-changed" && part.matches("#queue, #request-head") && isInHand(part)) {
      event.preventDefault();
      const stale = find(".stale", part);
      if (stale?.hidden) {
        stale.hidden = false;
        say("The queue has changed meanwhile.");
      }
    }
  });

  const fetchIfStale = () => {
    const queue = find("#queue");
    if (queue && find(".stale:not([hidden])", queue) && !isInHand(queue)) {
      window.htmx.trigger(document.body, "queue-changed");
    }
  };

  // What the queue said last, so that only a change is announced.
  const told = (part) => find(".pager [data-announce], .empty strong, .callout[role=status]", part)?.textContent.trim() ?? "";
  let last = find("#queue") ? told(find("#queue")) : find("#request-head") ? told(find("#request-head")) : "";

  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (!part.matches?.("#queue, #request-head")) {
      return;
    }
    tellPicked();
    const now = told(part);
    if (event.detail.requestConfig?.triggeringEvent?.type === "queue-changed" && now !== last) {
      say(part.id === "queue" ? `The queue has changed: ${now}` : now);
    }
    last = now;
  });

  tellPicked();
})();
