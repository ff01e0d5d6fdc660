// Brings the page to life.

const THEMES = ["Auto", "Light", "Dark"];

function buildTheme() {
  const button = byId("theme");
  let at = 0;
  const show = () => {
    const name = THEMES[at];
    if (at === 0) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name.toLowerCase();
    button.textContent = `Theme: ${name.toLowerCase()}`;
  };
  button.addEventListener("click", () => {
    at = (at + 1) % THEMES.length;
    show();
  });
  show();
  byId("tools").hidden = false;
}

/** What the head names leads to its findings. */
function linkHead() {
  for (const button of document.querySelectorAll("[data-area]")) {
    button.addEventListener("click", () => showArea(button.dataset.area));
  }
  for (const button of document.querySelectorAll("[data-only]")) {
    const step = button.previousElementSibling.textContent;
    button.addEventListener("click", () => showOnly(step, button.dataset.only.split(" ")));
  }
  for (const place of document.querySelectorAll("[data-place]")) {
    const finding = findingsAt.get(place.dataset.place)?.[0];
    if (!finding) continue;
    place.replaceWith(make("button", { type: "button", class: "link place", title: "Show the finding", click: () => showFinding(finding) }, breakable(place.dataset.place)));
  }
}

/** Paper shows all rows, and what is folded. */
function printAll() {
  for (const pages of printable) pages.all();
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    addEventListener("afterprint", () => { fold.open = false; }, { once: true });
  }
}

document.documentElement.classList.add("alive");
buildTheme();
buildFilters();
buildMap();
buildTimers();
linkHead();
addEventListener("beforeprint", printAll);
