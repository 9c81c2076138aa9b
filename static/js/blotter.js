// The blotter: how many orders are selected, all of a page at once, and no change under the hands. Every page works without it.
"use strict";

(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const boxes = () => [...document.querySelectorAll("#blotter input[name=selected]:not(:disabled)")];
  const picked = () => boxes().filter((box) => box.checked);

  const tellPicked = () => {
    const all = boxes();
    const count = picked().length;
    const told = find("#picked-orders");
    const every = find("#blotter #pick-page");
    const cancel = find("#cancel-many");
    if (cancel) {
      cancel.disabled = !count;
    }
    if (told) {
      told.textContent = count ? `${count} selected` : "";
    }
    if (every) {
      every.checked = count > 0 && count === all.length;
      every.indeterminate = count > 0 && count < all.length;
      every.disabled = !all.length;
    }
  };

  document.addEventListener("change", (event) => {
    if (event.target.id === "pick-page") {
      for (const box of boxes()) {
        box.checked = event.target.checked;
      }
    }
    if (event.target.matches("#blotter #pick-page, #blotter input[name=selected]")) {
      tellPicked();
      fetchIfStale();
    }
  });

  // A list that is worked with is not changed under the hands: it waits, and one with a place for it says so.
  const isInHand = (part) => find("input[name=selected]:checked, details[open]", part) !== null;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    const cause = event.detail.requestConfig?.triggeringEvent?.type;
    if (cause && cause === part.dataset.live && isInHand(part)) {
      event.preventDefault();
      part.dataset.waiting = "";
      const stale = find(".stale", part);
      if (stale?.hidden) {
        stale.hidden = false;
        find("#announcement").textContent = "Orders have changed meanwhile.";
      }
    }
  });

  const fetchIfStale = () => {
    const part = find("[data-live][data-waiting]");
    if (part && !isInHand(part)) {
      window.htmx.trigger(document.body, part.dataset.live);
    }
  };

  document.addEventListener("toggle", fetchIfStale, true);

  document.addEventListener("htmx:afterSettle", tellPicked);
  addEventListener("pageshow", tellPicked);
  tellPicked();
})();
