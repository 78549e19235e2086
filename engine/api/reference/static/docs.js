"use strict";

// The page is whole without this: it adds a search field, buttons that copy code, and a mark at what is being read.

const narrow = matchMedia("(max-width: 52rem)");
const drawer = document.querySelector(".drawer");
const label = document.querySelector(".search");
const search = label.querySelector("input");
const none = document.querySelector(".none");
const groups = [...document.querySelectorAll(".contents section")].map((section) => ({
  section,
  entries: [...section.querySelectorAll("li")].map((item) => ({
    item,
    words: `${item.textContent} ${item.dataset.words ?? ""}`.toLowerCase(),
  })),
}));

label.hidden = false;
if (narrow.matches) drawer.open = false;

search.addEventListener("input", () => {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const { section, entries } of groups) {
    let shown = 0;
    for (const { item, words } of entries) {
      item.hidden = !wanted.every((word) => words.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    section.hidden = shown === 0;
    found += shown;
  }
  none.hidden = found > 0;
});

search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") document.querySelector(".contents section:not([hidden]) li:not([hidden]) a")?.click();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  search.focus();
});

drawer.addEventListener("click", (event) => {
  if (event.target.closest("a") && narrow.matches) drawer.open = false;
});

for (const block of document.querySelectorAll("pre")) {
  const frame = document.createElement("div");
  frame.className = "sample";
  block.replaceWith(frame);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  frame.append(block, button);
}

const links = new Map([...document.querySelectorAll(".contents li a")].map((link) => [link.hash.slice(1), link]));
const seen = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      if (!isIntersecting) continue;
      document.querySelector(".contents [aria-current]")?.removeAttribute("aria-current");
      const link = links.get(target.id);
      link?.setAttribute("aria-current", "true");
      // On a phone the contents scroll away with the page, and must not pull it back.
      if (!narrow.matches) link?.scrollIntoView({ block: "nearest" });
    }
  },
  { rootMargin: "-15% 0px -75% 0px" },
);
for (const part of document.querySelectorAll("main article[id]")) seen.observe(part);
