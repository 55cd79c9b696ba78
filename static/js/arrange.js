/* Drag rows into another order, or to another group; the buttons beside each row do the same
   without this file. The server is told before which row one was dropped, and in which group. */
"use strict";

document.documentElement.classList.add("can-drag");
let dragged = null;
let home = null;

/* The first cannot go up nor the last down, where the page is not drawn anew. */
function showEnds(list) {
  const all = [...list.querySelectorAll(":scope > [data-item]")];
  all.forEach((item, at) => {
    item.querySelector("[data-up]").hidden = at === 0;
    item.querySelector("[data-down]").hidden = at === all.length - 1;
  });
}

function send(item, from) {
  const { place, redraw } = item.dataset;
  const list = item.parentElement;
  const answered = (event) => {
    if (event.detail.pathInfo.requestPath !== place) return;
    document.body.removeEventListener("htmx:afterRequest", answered);
    if (event.detail.successful) return;
    from.list.insertBefore(item, from.next);
    if (!redraw) showEnds(list);
  };
  document.body.addEventListener("htmx:afterRequest", answered);
  window.htmx.ajax("POST", place, {
    target: redraw || "body",
    swap: redraw ? "outerHTML" : "none",
    values: {
      milestone: item.closest("[data-group]").dataset.group,
      before: item.nextElementSibling?.dataset.item || "",
    },
  });
  if (!redraw) showEnds(list);
}

document.addEventListener("dragstart", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle) return;
  dragged = handle.closest("[data-item]");
  home = { list: dragged.parentElement, next: dragged.nextElementSibling };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.item);
  event.dataTransfer.setDragImage(dragged, 20, 20);
  dragged.classList.add("is-dragged");
});
document.addEventListener("dragover", (event) => {
  const group = dragged && event.target.closest?.("[data-group]");
  if (!group) return;
  event.preventDefault();
  const over = event.target.closest("[data-item]");
  if (over && over !== dragged) {
    const box = over.getBoundingClientRect();
    const isBelow = event.clientY > box.top + box.height / 2;
    over.parentElement.insertBefore(dragged, isBelow ? over.nextElementSibling : over);
  } else if (!group.querySelector("[data-item]")) {
    group.querySelector("[data-items]").append(dragged);
  }
});
document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});
document.addEventListener("dragend", () => {
  if (!dragged) return;
  const item = dragged;
  dragged = null;
  item.classList.remove("is-dragged");
  if (item.parentElement !== home.list || item.nextElementSibling !== home.next) send(item, home);
});

/* Whoever pressed an arrow stands on the same one after the list was drawn anew. */
document.body.addEventListener("htmx:afterSettle", () => {
  const mark = document.querySelector("[data-focus-key]");
  if (!mark) return;
  document.querySelector(`[data-key="${mark.dataset.focusKey}"]`)?.focus();
  mark.remove();
});
