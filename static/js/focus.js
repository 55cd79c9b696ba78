/* Whoever stands in a part of the page that htmx replaces stands there afterwards as well: on the
   same control, or on the one that took its place, or at the heading of what it belonged to. */
"use strict";

const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const RETURN_KEY = "learnquest-focus";

function actionOf(control) {
  const given = control.getAttribute("formaction") || control.getAttribute("href");
  return given || control.form?.getAttribute("action") || "";
}

/* What tells one control from the others when the page has been drawn anew. */
function markOf(control) {
  return {
    tag: control.tagName,
    action: actionOf(control),
    name: control.name || "",
    value: control.tagName === "BUTTON" ? control.value : "",
    text: control.textContent.trim(),
  };
}

function controlsIn(part) {
  return [...part.querySelectorAll(CONTROLS)].filter(
    (control) => !control.disabled && control.checkVisibility(),
  );
}

/* The control with that mark, or one that does the same under another name, as "Another hint". */
function likest(part, mark) {
  const alike = controlsIn(part).map((control) => [control, markOf(control)])
    .filter(([, other]) => other.tag === mark.tag && other.action === mark.action);
  const found =
    alike.find(([, other]) => other.name === mark.name && other.value === mark.value && other.text === mark.text) ||
    alike.find(([, other]) => other.text === mark.text) ||
    alike.find(([, other]) => mark.action && other.name === mark.name);
  return found?.[0];
}

function headingOf(place) {
  const heading = place.matches("h1, h2, h3, h4") ? place : place.querySelector("h1, h2, h3, h4") || place;
  if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  return heading;
}

let left = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const at = document.activeElement;
  const part = event.detail.target;
  left = null;
  if (!event.detail.shouldSwap || !at || at === document.body || !part?.contains(at)) return;
  const places = [];
  for (let place = at; place && part.contains(place); place = place.parentElement)
    if (place.id) places.push(place.id);
  left = { mark: markOf(at), places };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!left) return;
  const at = document.activeElement;
  const { mark, places } = left;
  left = null;
  if (at && at !== document.body) return;
  const still = places.map((id) => document.getElementById(id)).filter(Boolean);
  for (const place of still) {
    const control = place.matches(CONTROLS) ? place : likest(place, mark);
    if (control) return control.focus();
  }
  if (still.length) headingOf(still[0]).focus();
});

/* The same where the whole page is drawn anew: <form data-return>. */
function session() {
  try {
    return window.sessionStorage;
  } catch {
    return null; // switched off by the browser's settings
  }
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-return]") || !event.submitter) return;
  const pressed = { path: location.pathname, mark: markOf(event.submitter) };
  session()?.setItem(RETURN_KEY, JSON.stringify(pressed));
});
const pressed = JSON.parse(session()?.getItem(RETURN_KEY) || "null");
session()?.removeItem(RETURN_KEY);
// Once it is loaded: before, the browser goes to the part that the address names.
window.addEventListener("load", () => {
  if (pressed?.path === location.pathname) likest(document, pressed.mark)?.focus();
});
