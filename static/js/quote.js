/* Quoting a passage of the work: mark it, press the button, say something about it. */
"use strict";

const work = document.querySelector("[data-quotable]");
const rows = document.querySelector("[data-quotes]");
const button = document.querySelector("[data-quote-selection]");

/* The words that are marked in the work, and where they begin in its text. */
function marked() {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!work.contains(range.commonAncestorContainer)) return null;
  const before = document.createRange();
  before.selectNodeContents(work);
  before.setEnd(range.startContainer, range.startOffset);
  return { text: selection.toString().trim().slice(0, 500), at: before.toString().length };
}

function fieldOf(row, name) {
  return row.querySelector(`[data-quote="${name}"]`);
}

/* The first row without words; a new one while there is none. */
function emptyRow() {
  const all = [...rows.querySelectorAll("[data-quote-row]")];
  const free = all.find((row) => !fieldOf(row, "text").value && !fieldOf(row, "comment").value);
  if (free || all.length >= Number(rows.dataset.quotes)) return free;
  const row = all.at(-1).cloneNode(true);
  row.querySelector("[role=list]")?.remove();
  for (const field of row.querySelectorAll("[name]")) {
    const id = field.name.replace(/\d+$/, all.length);
    const label = row.querySelector(`label[for="${field.id}"]`);
    if (label) label.htmlFor = id;
    field.name = id;
    field.id = id;
    field.value = "";
    field.removeAttribute("aria-invalid");
  }
  rows.append(row);
  return row;
}

if (work && rows && button) {
  button.hidden = false;
  document.addEventListener("selectionchange", () => {
    button.disabled = !marked();
  });
  // A click would take the selection away before it is read.
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const passage = marked();
    const row = passage && emptyRow();
    if (!row) return;
    rows.closest("details").open = true;
    fieldOf(row, "text").value = passage.text;
    fieldOf(row, "at").value = passage.at;
    document.getSelection().removeAllRanges();
    fieldOf(row, "comment").focus();
    fieldOf(row, "text").dispatchEvent(new Event("input", { bubbles: true }));
  });
}
