/* Makes and uses passkeys: the form holds what the server asks, the browser answers, the form is sent. */

"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const wrong = form.querySelector(".wrong[hidden]");
  const button = form.querySelector("button");

  const say = (sentence) => {
    wrong.hidden = false;
    wrong.querySelector("span").textContent = sentence;
  };

  const ask = async () => {
    const options = JSON.parse(form.dataset.options).publicKey;
    if (form.dataset.passkey === "create") {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      return navigator.credentials.create({ publicKey });
    }
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return navigator.credentials.get({ publicKey });
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
      say("This browser is too old for passkeys, or the page was not opened over HTTPS.");
      return;
    }
    wrong.hidden = true;
    button.disabled = true;
    try {
      const answer = await ask();
      form.elements.credential.value = JSON.stringify(answer.toJSON());
      form.submit();
    } catch (refusal) {
      button.disabled = false;
      say(
        refusal.name === "InvalidStateError"
          ? "This device already keeps a passkey for you here."
          : "No passkey was given. Try again, or use another way."
      );
    }
  });
}
