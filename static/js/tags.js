/* A list of suggestions completes one value; tags are several, so offer each after the others. */
"use strict";

for (const field of document.querySelectorAll("[data-tags]")) {
  const list = document.getElementById(field.getAttribute("list"));
  if (!list) continue;
  const known = [...list.options].map((option) => option.value);
  field.addEventListener("input", () => {
    const typed = field.value.split(",");
    typed.pop();
    const begin = typed.map((tag) => tag.trim()).filter(Boolean);
    list.replaceChildren(
      ...known
        .filter((tag) => !begin.includes(tag))
        .map((tag) => new Option(tag, [...begin, tag].join(", "))),
    );
  });
}
