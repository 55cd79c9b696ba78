/* Criteria of a rubric: one more at a click, and the sum of the weights beside them. Without this
   file all of them stand in a part that opens. */
"use strict";

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
