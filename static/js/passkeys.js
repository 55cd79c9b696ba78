/*
 * Passkeys: the browser's own ceremony, put into a form that the server checks.
 *
 * <form data-passkey="create|get"> holds an input named "credential" and a [data-passkey-button];
 * options come from the element whose id is data-options, or from the address in data-options-url.
 * What goes wrong is said in the form's [data-passkey-status], in the page's words.
 */
"use strict";

function bytes(text) {
  const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
function text(buffer) {
  if (!buffer) return undefined;
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

function decoded(options) {
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const result = { ...options, challenge: bytes(options.challenge) };
  if (options.user) result.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) result.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) result.allowCredentials = known(options.allowCredentials);
  return result;
}

function encoded(credential) {
  const answer = credential.response;
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      attestationObject: text(answer.attestationObject),
      transports: answer.getTransports ? answer.getTransports() : undefined,
      authenticatorData: answer.attestationObject ? undefined : text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: text(answer.userHandle),
    },
  });
}

async function optionsOf(form) {
  if (form.dataset.options) {
    return JSON.parse(document.getElementById(form.dataset.options).textContent);
  }
  const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function create(form) {
  const { publicKey } = (await optionsOf(form)).creation_options;
  const options = decoded(publicKey);
  const alone = Boolean(form.elements.passwordless?.checked);
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : options.authenticatorSelection.userVerification,
  };
  return navigator.credentials.create({ publicKey: options });
}

async function get(form) {
  const { publicKey } = (await optionsOf(form)).request_options;
  return navigator.credentials.get({ publicKey: decoded(publicKey) });
}

function tell(form, name) {
  const status = form.querySelector("[data-passkey-status]");
  status.textContent = status.dataset[name];
  status.classList.toggle("status-line--bad", name !== "waiting");
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-button]");
  if (!window.PublicKeyCredential) {
    tell(form, "unsupported");
    continue;
  }
  form.querySelector("[data-passkey-status]").textContent = "";
  button.disabled = false;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    tell(form, "waiting");
    try {
      const credential = await (form.dataset.passkey === "create" ? create(form) : get(form));
      form.elements.credential.value = encoded(credential);
      form.submit();
    } catch (error) {
      button.disabled = false;
      tell(form, error.name === "InvalidStateError" ? "known" : error.name === "SecurityError" ? "unsupported" : "failed");
    }
  });
}
