// The ticket: what is typed is looked over as it is typed, the lists lead to a contract, quotes stay fresh. Works without this file.
"use strict";

(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const isWriting = (element) => element.matches("input, select, textarea, [contenteditable]");
  const TYPING = 250;
  const QUOTES = 3000;
  let waiting;

  // A market order has no limit: its field is left out, and comes back with what stood in it.
  const fitLimit = () => {
    const limit = find("#ticket-form [name=limit_price]");
    if (limit) {
      limit.disabled = find("#ticket-form [name=type][value=market]").checked;
    }
  };

  const look = () => {
    clearTimeout(waiting);
    window.htmx?.trigger("#ticket-form", "look");
  };

  document.addEventListener("input", (event) => {
    if (event.target.form?.id !== "ticket-form") {
      return;
    }
    fitLimit();
    clearTimeout(waiting);
    waiting = setTimeout(look, event.target.matches("[type=text]") ? TYPING : 0);
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("#picker input, #picker select")) {
      window.htmx?.trigger("#instrument", "pick");
    }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id === "picks" && window.htmx) {
      event.preventDefault();
      window.htmx.trigger("#instrument", "pick");
    }
  });

  // Fields are told what is said of them, for whoever hears the page.
  const tellFields = () => {
    for (const said of document.querySelectorAll(".ticket .said")) {
      const field = said.closest("[data-field]");
      for (const control of field?.querySelectorAll("input, select") ?? []) {
        if (said.textContent.trim()) {
          control.setAttribute("aria-invalid", "true");
          control.setAttribute("aria-describedby", said.id);
        } else {
          control.removeAttribute("aria-invalid");
          control.removeAttribute("aria-describedby");
        }
      }
    }
  };

  // A preview is said aloud when it has changed, whatever made it: typing, picking, another order that filled.
  let heard = "";

  document.addEventListener("htmx:afterSettle", () => {
    const preview = find(".ticket #preview [data-announce]");
    tellFields();
    fitLimit();
    const text = preview?.textContent.replace(/\s+/g, " ").trim() ?? "";
    if (text && text !== heard) {
      find("#announcement").textContent = text;
    }
    heard = text;
  });

  // What happened to an order between its page and the stream of that page would be missed.
  document.addEventListener("htmx:sseOpen", () => {
    if (find("#order[data-open]")) {
      window.htmx.trigger("#order", "sse:account-changed");
    }
  });

  setInterval(() => {
    if (!document.hidden && find("#quote[data-again]")) {
      window.htmx?.trigger("#quote", "again");
    }
  }, QUOTES);

  // Keys: "t" on a page of an account leads to its ticket; Ctrl+Enter goes on, from the ticket and from what confirms it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      const form = find("[data-ticket-form]") ?? event.target.closest("#ticket-form");
      const button = form && find("button.first", form);
      if (button) {
        event.preventDefault();
        form.requestSubmit(button);
      }
      return;
    }
    if (event.key === "t" && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target)) {
      const trade = find("#trade");
      if (trade) {
        event.preventDefault();
        trade.click();
      }
    }
  });

  fitLimit();
  tellFields();
})();
