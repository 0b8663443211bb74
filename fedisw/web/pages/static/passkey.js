// Passkeys, the one thing on these pages that a browser can do only in a script. Without it the buttons stay hidden,
// and passwords and codes work as ever.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) {
    return;
  }

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");

  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (options) => {
    const wanted = { ...options, challenge: bytes(options.challenge) };
    if (options.user) {
      wanted.user = { ...options.user, id: bytes(options.user.id) };
      wanted.excludeCredentials = named(options.excludeCredentials);
    } else {
      wanted.allowCredentials = named(options.allowCredentials);
    }
    return wanted;
  };

  const told = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) {
        response[name] = text(credential.response[name]);
      }
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const options = JSON.parse(form.dataset.passkey);
      const failure = form.querySelector("[data-failure]");
      failure.hidden = true;
      try {
        const publicKey = asked(options);
        const work = options.user ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
        form.elements.credential.value = told(await work);
      } catch {
        failure.hidden = false;
        return;
      }
      form.submit();
    });
  }
})();
