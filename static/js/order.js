/* Drag milestones into another order; the buttons beside each do the same without this file. */
"use strict";

for (const list of document.querySelectorAll("[data-order-url]")) {
  const items = () => [...list.querySelectorAll(":scope > [data-item]")];
  const ids = () => items().map((item) => item.dataset.item).join(",");
  let dragged = null;
  let before = [];

  list.classList.add("can-drag");

  function showEnds() {
    const all = items();
    all.forEach((item, at) => {
      item.querySelector("[data-up]").hidden = at === 0;
      item.querySelector("[data-down]").hidden = at === all.length - 1;
    });
  }

  function putBack() {
    const after = items().at(-1).nextElementSibling;
    for (const item of before) list.insertBefore(item, after);
    showEnds();
  }

  list.addEventListener("dragstart", (event) => {
    const handle = event.target.closest?.("[data-handle]");
    if (!handle) return;
    dragged = handle.closest("[data-item]");
    before = items();
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.item);
    event.dataTransfer.setDragImage(dragged, 20, 20);
    dragged.classList.add("is-dragged");
  });
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest?.("[data-item]");
    if (!over || over === dragged || over.parentElement !== list) return;
    const box = over.getBoundingClientRect();
    const isBelow = event.clientY > box.top + box.height / 2;
    list.insertBefore(dragged, isBelow ? over.nextElementSibling : over);
  });
  list.addEventListener("drop", (event) => {
    if (dragged) event.preventDefault();
  });
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    dragged = null;
    showEnds();
    if (ids() === before.map((item) => item.dataset.item).join(",")) return;
    htmx.ajax("POST", list.dataset.orderUrl, { source: list, values: { order: ids() }, swap: "none" });
  });
  list.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === list && !event.detail.successful) putBack();
  });
}
