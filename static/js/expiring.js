// Expiring: the slider and its number are one, the countdown runs, selected rows are left alone. The page works without it.
"use strict";

(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const boxes = () => [...document.querySelectorAll("#expiring input[name=selected]")];
  const picked = () => boxes().filter((box) => box.checked);

  // While it slides, the slider asks for the list a few times a second; where it is let go always counts.
  let sliding = null;
  const slide = () => {
    sliding ??= setTimeout(() => {
      sliding = null;
      window.htmx.trigger("#expiring-filters", "slide");
    }, 150);
  };

  // The slider says its number; a number that is typed moves the slider.
  document.addEventListener(
    "input",
    (event) => {
      const number = find("#move-by");
      const slider = find("#move-slider");
      if (event.target === slider) {
        number.value = slider.value;
        slide();
      }
      if (event.target === number) {
        slider.value = number.value || 0;
      }
    },
    true
  );

  document.addEventListener("change", (event) => {
    if (event.target.id === "move-slider") {
      clearTimeout(sliding);
      sliding = null;
    }
    if (event.target.id === "move-of") {
      const range = find("#move-range");
      range.disabled = !event.target.value;
      if (event.target.value && find("#expiring-range")?.childElementCount) {
        range.click();
      }
    }
    if (event.target.id === "pick-page") {
      for (const box of boxes()) {
        box.checked = event.target.checked;
      }
    }
    if (event.target.matches("#pick-page, #expiring input[name=selected]")) {
      tellPicked();
      fetchIfStale();
    }
  });

  const tellPicked = () => {
    const all = boxes();
    const count = picked().length;
    const told = find("#picked-positions");
    const tell = find("#tell-many");
    const every = find("#expiring #pick-page");
    if (tell) {
      tell.disabled = !count;
    }
    if (told) {
      told.textContent = count ? `${count} selected` : "";
    }
    if (every) {
      every.checked = count > 0 && count === all.length;
      every.indeterminate = count > 0 && count < all.length;
    }
  };

  // A list that is worked with is not changed under the hands: it says that it is no longer as the book is.
  const isInHand = (part) => picked().length > 0 || find("details[open]", part) !== null;
  const isByItself = (event) => ["orders-changed", undefined].includes(event.detail.requestConfig?.triggeringEvent?.type);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (part.id !== "expiring" || !isByItself(event) || !isInHand(part)) {
      return;
    }
    event.preventDefault();
    const stale = find(".stale", part);
    if (stale?.hidden) {
      stale.hidden = false;
      find("#announcement").textContent = "The book has changed meanwhile.";
    }
  });

  const fetchIfStale = () => {
    const part = find("#expiring");
    if (part && find(".stale:not([hidden])", part) && !isInHand(part)) {
      window.htmx.trigger(document.body, "orders-changed");
    }
  };

  // The countdown goes on between two looks at the server; where the clock stands still, the next look says so.
  const tick = () => {
    const shown = find(".countdown[data-seconds]");
    if (!shown || document.hidden || find(".clock[data-frozen]")) {
      return;
    }
    const seconds = Math.max(Number(shown.dataset.seconds) - 1, 0);
    shown.dataset.seconds = seconds;
    const minutes = Math.ceil(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const text = hours ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${minutes} min`;
    if (shown.textContent !== text) {
      shown.textContent = text;
    }
  };
  setInterval(tick, 1000);

  document.addEventListener("htmx:afterSettle", tellPicked);
  addEventListener("pageshow", tellPicked);
  tellPicked();
})();
