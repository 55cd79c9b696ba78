/* Criteria of a rubric: one more or one less at a click, in any order, with the sum of the weights.
   Without this file all of them stand in a part that opens, and one without a name is dropped. */
"use strict";

/* The server takes the rows by their numbers, so these follow the order on the page. */
function renumber(row, at) {
  for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]"))
    for (const key of ["name", "id", "for", "aria-describedby"])
      if (part.hasAttribute(key))
        part.setAttribute(key, part.getAttribute(key).replace(/rubric-\d+-/g, `rubric-${at}-`));
  const legend = row.querySelector("legend");
  legend.textContent = legend.dataset.text.replace("0", String(at + 1));
}
function clear(row) {
  for (const field of row.querySelectorAll("input, textarea")) {
    field.value = "";
    field.removeAttribute("aria-invalid");
  }
  for (const error of row.querySelectorAll(".field__error")) error.remove();
  row.querySelector("details").open = false;
}
const nameOf = (row) => row.querySelector('[name$="-name"]');

for (const editor of document.querySelectorAll("[data-rubric]")) {
  const spare = editor.querySelector("[data-spare]");
  const add = editor.querySelector("[data-add-row]");
  const full = editor.querySelector("[data-full]");
  const rows = editor.querySelector("[data-criteria]");
  const sum = editor.querySelector("[data-sum]");
  // Rows that are not used wait out of sight; they stay in the form, for the server counts them.
  const waiting = document.createElement("div");
  waiting.hidden = true;
  waiting.append(...(spare?.querySelectorAll("[data-row]") || []));
  spare?.remove();
  rows.after(waiting);

  const weigh = () => {
    let total = 0;
    let filled = 0;
    for (const row of rows.children) {
      const weight = Number(row.querySelector('[name$="-weight"]').value);
      if (!nameOf(row).value.trim() || !weight) continue;
      total += weight;
      filled += 1;
    }
    sum.textContent = filled ? sum.dataset.text.replace("100", String(total)) : "";
    sum.classList.toggle("status-line--bad", filled > 0 && total !== 100);
  };
  const arrange = () => {
    const shown = [...rows.children];
    [...shown, ...waiting.children].forEach(renumber);
    shown.forEach((row, at) => {
      row.querySelector("[data-row-tools]").hidden = false;
      row.querySelector("[data-move=up]").hidden = at === 0;
      row.querySelector("[data-move=down]").hidden = at === shown.length - 1;
      row.querySelector("[data-remove-row]").hidden = shown.length === 1;
    });
    add.hidden = !waiting.children.length;
    full.textContent = add.hidden ? full.dataset.text : "";
    weigh();
  };
  add.addEventListener("click", () => {
    const row = waiting.firstElementChild;
    rows.append(row);
    arrange();
    nameOf(row).focus();
  });
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-remove-row]");
    if (!button) return;
    const row = button.closest("[data-row]");
    if (button.dataset.move === "up") row.previousElementSibling.before(row);
    else if (button.dataset.move === "down") row.nextElementSibling.after(row);
    else {
      const next = row.nextElementSibling || row.previousElementSibling;
      clear(row);
      waiting.append(row);
      nameOf(next).focus();
    }
    arrange();
    if (!button.dataset.move) return;
    const other = row.querySelector("[data-move]:not([hidden])");
    (button.hidden ? other : button).focus();
  });
  editor.addEventListener("input", weigh);
  arrange();
}
