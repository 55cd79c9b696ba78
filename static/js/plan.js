/* Plans and rubrics, made kinder: drag rows, add criteria one by one, add weights up. Without this
   file the arrows move rows, and all criteria stand in a part that opens. */
"use strict";

/* Drag a challenge by its grip; the server decides what the order is then. */
let dragged = null;
function rowOf(target) {
  return target.closest ? target.closest("[data-row]") : null;
}
function readyRows() {
  for (const grip of document.querySelectorAll("[data-arrange] [data-grip]")) {
    grip.hidden = false;
    grip.closest("[data-row]").draggable = true;
  }
  const mark = document.querySelector("[data-focus-key]");
  if (mark) {
    const button = document.querySelector(`[data-key="${mark.dataset.focusKey}"]`);
    if (button) button.focus();
    mark.remove();
  }
}
function unmark() {
  for (const one of document.querySelectorAll(".is-target")) one.classList.remove("is-target");
}
document.addEventListener("dragstart", (event) => {
  dragged = rowOf(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.row);
  dragged.classList.add("is-dragged");
});
document.addEventListener("dragover", (event) => {
  if (!dragged || !event.target.closest("[data-group]")) return;
  event.preventDefault();
  unmark();
  (rowOf(event.target) || event.target.closest("[data-group]")).classList.add("is-target");
});
document.addEventListener("drop", (event) => {
  const group = event.target.closest && event.target.closest("[data-group]");
  if (!dragged || !group) return;
  event.preventDefault();
  const before = rowOf(event.target);
  if (before === dragged) return;
  window.htmx.ajax("POST", dragged.dataset.place, {
    target: "#arrange",
    swap: "outerHTML",
    values: { milestone: group.dataset.group, before: before ? before.dataset.row : "" },
  });
});
document.addEventListener("dragend", () => {
  if (dragged) dragged.classList.remove("is-dragged");
  dragged = null;
  unmark();
});
document.body.addEventListener("htmx:afterSettle", readyRows);
readyRows();

/* Criteria: one more at a click, and the sum of the weights beside them. */
for (const editor of document.querySelectorAll("[data-rubric]")) {
  const spare = editor.querySelector("[data-spare]");
  const add = editor.querySelector("[data-add-row]");
  const rows = editor.querySelector("[data-criteria]");
  const sum = editor.querySelector("[data-sum]");
  const weigh = () => {
    let total = 0;
    let filled = 0;
    for (const row of editor.querySelectorAll(".criteria-row")) {
      const weight = Number(row.querySelector('[name$="-weight"]').value);
      if (!row.querySelector('[name$="-name"]').value.trim() || !weight) continue;
      total += weight;
      filled += 1;
    }
    sum.textContent = filled ? sum.dataset.text.replace("100", String(total)) : "";
    sum.classList.toggle("status-line--bad", filled > 0 && total !== 100);
  };
  editor.addEventListener("input", weigh);
  weigh();
  if (!spare || !add) continue;
  const waiting = [...spare.querySelectorAll(".criteria-row")];
  spare.hidden = true;
  add.hidden = false;
  add.addEventListener("click", () => {
    const row = waiting.shift();
    rows.append(row);
    row.querySelector('[name$="-name"]').focus();
    if (!waiting.length) add.hidden = true;
  });
}
