// Opening an account: inputs are checked as they are left, and what is wrong is said. Everything works without this file.
"use strict";

(() => {
  const ENTRY = "[data-opening] .entry";

  // An input left empty was not changed, so nothing else would check it. Moving within a group is not leaving it.
  const seen = new WeakSet();

  document.addEventListener("change", (event) => {
    const entry = event.target.closest?.(ENTRY);
    if (entry) {
      seen.add(entry);
    }
  });

  document.addEventListener("focusout", (event) => {
    const entry = event.target.closest?.(ENTRY);
    if (entry && event.relatedTarget && !entry.contains(event.relatedTarget) && !seen.has(entry)) {
      seen.add(entry);
      window.htmx?.trigger(entry, "left");
    }
  });

  // Sentences are swapped beside the inputs; the inputs are told too, and whoever hears the page.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.elt?.closest?.("[data-opening] .entry-groups")) {
      return;
    }
    for (const entry of document.querySelectorAll(ENTRY)) {
      const said = entry.querySelector(".said")?.textContent;
      const control = entry.querySelector("input:not([type=radio], [type=checkbox]), select, textarea");
      if (said) {
        control?.setAttribute("aria-invalid", "true");
      } else {
        control?.removeAttribute("aria-invalid");
      }
      if (said && entry === event.detail.elt) {
        document.getElementById("announcement").textContent = said;
      }
    }
  });

  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const saved = document.getElementById("saved");
      if (saved && event.detail.elt?.closest?.("[data-opening]")) {
        saved.textContent = "Not saved";
        saved.dataset.lost = "";
      }
    });
  }
})();
