/* What pages do beyond htmx. Without this file everything still works; it only gets kinder. */
"use strict";

/* Ask before a deed that cannot be taken back: <form data-confirm="Really?">. */
function askFirst(event) {
  const form = event.target;
  const question = form.dataset.confirm;
  const dialog = document.getElementById("confirm");
  if (!question || !dialog || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  document.getElementById("confirm-text").textContent = question;
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  }, { once: true });
  dialog.returnValue = "no";
  dialog.showModal();
}
document.addEventListener("submit", askFirst, true);

/* Toasts can be closed; a message of the browser's own looks the same. */
function addClosers(root) {
  for (const button of root.querySelectorAll("[data-close]")) button.hidden = false;
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-close]");
  if (button) button.closest("[data-toast]").remove();
});

/* Blocks of code can be copied, without their line numbers. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest(".code").querySelector("code").textContent);
  const done = document.createElement("span");
  done.className = "code__done";
  done.setAttribute("role", "status");
  button.after(done);
  done.textContent = button.dataset.copy;
  setTimeout(() => done.remove(), 2000);
});

function say(text) {
  const toasts = document.getElementById("toasts");
  if (!toasts || [...toasts.children].some((toast) => toast.textContent.trim() === text)) return;
  const toast = document.createElement("div");
  toast.className = "alert alert--bad";
  toast.dataset.toast = "";
  toast.textContent = text;
  toasts.append(toast);
}

/* The browser cuts what is too long for a field without a word; short codes explain themselves. */
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field.maxLength >= 40)) return;
  let told = field.nextElementSibling?.matches("[data-told-full]") ? field.nextElementSibling : null;
  const isFull = field.value.length >= field.maxLength;
  if (!told && isFull) {
    told = document.createElement("p");
    told.className = "field__help";
    told.dataset.toldFull = "";
    told.setAttribute("role", "status");
    field.after(told);
  }
  if (told) told.textContent = isFull ? document.body.dataset.full.replace("{n}", field.maxLength) : "";
});

/* Menus close on Escape and on a click elsewhere. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* Where tabs are wider than the screen, the one that is open is in sight. */
for (const tabs of document.querySelectorAll(".tabs")) {
  const open = tabs.querySelector("[aria-current]");
  if (open && tabs.scrollWidth > tabs.clientWidth)
    tabs.scrollLeft = open.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;
}

/* The sign-up form tells the server in which zone the learner lives. */
for (const field of document.querySelectorAll('input[type="hidden"][name="time_zone"]')) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

/* The demo's sign-ins fill the form in. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill-email]");
  if (!button) return;
  document.getElementById("id_login").value = button.dataset.fillEmail;
  document.getElementById("id_password").value = button.dataset.fillPassword;
  document.getElementById("id_login").form.requestSubmit();
});

/*
 * What is being written is kept in this browser until the server has it:
 * <form data-keep="draft-7"> … with a [data-keep-status] line and a [data-keep-offer] inside.
 */
function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");
}
function valuesOf(form) {
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "radio") {
      if (field.checked) values[field.name] = field.value;
    } else {
      values[field.name] = field.value;
    }
  }
  return values;
}
function fill(form, values) {
  for (const field of fieldsOf(form)) {
    if (!(field.name in values)) continue;
    if (field.type === "radio") field.checked = field.value === values[field.name];
    else field.value = values[field.name];
  }
  // From a field, so that whatever listens around the fields saves it.
  fieldsOf(form)[0].dispatchEvent(new Event("input", { bubbles: true }));
}
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null; // switched off by the browser's settings
  }
}
/*
 * Whether two forms say the same: the server trims, shows rows that are empty or drops them, and
 * then numbers the passages of a review anew.
 */
function said(values) {
  return Object.entries(values)
    .map(([name, value]) => [name.replace(/^(quote|quote_comment)_\d+$/, "$1"), value.replace(/\s+/g, " ").trim()])
    .filter(([, value]) => value);
}
function same(one, other) {
  return JSON.stringify(said(one)) === JSON.stringify(said(other));
}
function keep(form) {
  const store = storage();
  if (!store) return;
  const key = `learnquest:${form.dataset.keep}`;
  const kept = store.getItem(key);
  const offer = form.querySelector("[data-keep-offer]");
  if (kept && offer) {
    const values = JSON.parse(kept);
    if (same(values, valuesOf(form))) {
      store.removeItem(key);
    } else {
      offer.hidden = false;
      offer.querySelector("[data-keep-restore]").addEventListener("click", () => {
        fill(form, values);
        offer.remove();
      });
      offer.querySelector("[data-keep-forget]").addEventListener("click", () => {
        store.removeItem(key);
        offer.remove();
      });
    }
  }
  form.addEventListener("input", () => store.setItem(key, JSON.stringify(valuesOf(form))));
  form.addEventListener("submit", () => store.setItem(key, JSON.stringify(valuesOf(form))));
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest("[data-autosave]")) form.keptAtRequest = valuesOf(form);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.target.closest("[data-autosave]")) return;
    if (event.detail.successful) {
      if (same(form.keptAtRequest, valuesOf(form))) store.removeItem(key);
    } else if (!event.detail.xhr.status) {
      sayNotSaved(form);
    }
  });
}
function sayNotSaved(form) {
  const status = form.querySelector("[data-keep-status]");
  if (!status) return;
  status.textContent = status.dataset.failed;
  status.classList.add("status-line--bad");
}
/*
 * Sending without a connection would put the browser's error page in the place of what was written:
 * then ask first whether the server is there, since a browser may also be wrong about being offline.
 */
function sendOnlyIfReached(form) {
  let isUnreachable = false;
  let isReached = false;
  form.addEventListener("htmx:afterRequest", (event) => {
    isUnreachable = !event.detail.xhr.status;
  });
  form.addEventListener("submit", async (event) => {
    if (isReached || (navigator.onLine && !isUnreachable)) return;
    const submitter = event.submitter;
    event.preventDefault();
    try {
      await fetch("/healthz", { method: "HEAD", cache: "no-store" });
    } catch {
      sayNotSaved(form);
      say(document.body.dataset.offline);
      return;
    }
    isReached = true;
    form.requestSubmit(submitter);
    isReached = false;
  });
}
for (const form of document.querySelectorAll("form[data-keep]")) {
  keep(form);
  sendOnlyIfReached(form);
}

/* Who signs out leaves nothing of theirs in a browser that others may use. */
document.addEventListener("submit", (event) => {
  const store = storage();
  if (!store || !event.target.action.endsWith("/accounts/logout/")) return;
  for (const key of Object.keys(store)) if (key.startsWith("learnquest:")) store.removeItem(key);
});

/* A page that shows handed-in work no longer needs the browser's copy of it. */
for (const done of document.querySelectorAll("[data-keep-done]")) {
  const store = storage();
  if (store) store.removeItem(`learnquest:${done.dataset.keepDone}`);
}

/* When a request cannot reach the server, or fails there, say so where every page can show it. */
document.body.addEventListener("htmx:sendError", () => say(document.body.dataset.offline));
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say(document.body.dataset.broken);
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  addClosers(document);
  const focus = event.target.querySelector?.("[data-focus]");
  if (focus) focus.focus();
});
addClosers(document);
