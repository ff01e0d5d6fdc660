// What all parts of the page share. Text of the audited code only ever becomes a text node or the value of
// an attribute that nothing runs: no markup is parsed here, and no style or address is made of it.

const data = JSON.parse(document.getElementById("data").textContent);
const { report, graph } = data;

const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);
const thousands = (number) => number.toLocaleString("en-US");
const count = (number, noun) => `${thousands(number)} ${noun}${number === 1 ? "" : "s"}`;
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const words = (name) => name.replaceAll("-", " ");

/** An element. Functions are listeners, `null` and `false` leave an attribute or a child out. */
function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for a part of a picture. */
function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((it) => it !== null && it !== false));
  return element;
}

/** A sentence of ours, whose quotes of the code stand between backticks. */
function say(text) {
  const pieces = text.split("`");
  // An odd number of backticks came with a name, and nobody can tell which.
  if (pieces.length % 2 === 0) return [text];
  return pieces.map((piece, at) => (at % 2 === 1 ? make("code", {}, piece) : piece)).filter(Boolean);
}

/** Items by a name that they share. A map, because names of the audited code are no names of properties. */
function groups(items, name) {
  const found = new Map();
  for (const item of items) {
    const group = found.get(name(item));
    if (group) group.push(item);
    else found.set(name(item), [item]);
  }
  return found;
}

const placeOf = (it) => `${it.file}:${it.line}`;

/** A path with the chance to break behind each folder. */
function breakable(path) {
  return path.split(/(?<=\/)/).flatMap((piece, at) => (at === 0 ? [piece] : [make("wbr"), piece]));
}

/** Tells those who listen and do not look. */
function announce(text) {
  byId("said").textContent = text;
}

/**
 * Shows a long list piece by piece, the next one when the reader nears the end of what is there. The button
 * does the same for those who do not scroll.
 */
function pager(list, row, after, size = 100) {
  let items = [];
  let shown = 0;
  const button = make("button", { type: "button", class: "button more-rows", click: () => focusNext() });
  after.after(button);
  const observer = new IntersectionObserver(
    (seen) => seen.some((it) => it.isIntersecting) && grow(),
    { rootMargin: "600px" },
  );
  observer.observe(button);

  function grow(end = shown + size) {
    const next = items.slice(shown, end);
    list.append(...next.map((it, at) => row(it, shown + at, items.length)));
    shown += next.length;
    const left = items.length - shown;
    button.hidden = left === 0;
    button.textContent = `Show more (${thousands(left)} left)`;
    // An observer reports changes only, and a short piece may not push the button out of sight.
    if (left > 0) {
      observer.unobserve(button);
      observer.observe(button);
    }
  }

  function focusNext() {
    const last = list.lastElementChild;
    grow();
    const next = last?.nextElementSibling?.querySelector("button, a, [tabindex]");
    next?.focus();
  }

  return {
    show(all) {
      items = all;
      shown = 0;
      list.replaceChildren();
      grow();
    },
    /** Shows at least this item, which has to be in the list. */
    reach(item) {
      const at = items.indexOf(item);
      if (at >= shown) grow(at + 1);
      return list.children[at];
    },
    all: () => grow(items.length),
  };
}
