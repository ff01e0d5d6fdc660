// The wiring map: the picture, what a box says when it is chosen, and the same as a table.

const KINDS = { emitter: "Sends", message: "Message", route: "Tells apart", handler: "Hears", missing: "Missing" };
const LINE = 17;
const PAD = { x: 12, y: 9 };
const WIDEST = 210;
const MARGIN = 24;
const HEAD = 46;
const NAMED = 6;
const ZOOM = { least: 0.1, most: 2.5, step: 1.25 };
const FONT = '12px "Inter", system-ui, sans-serif';

const messages = new Map(report.messages.map((it) => [it.type, it]));
const pen = document.createElement("canvas").getContext("2d");
pen.font = FONT;

/** A text that fits, cut at the end; of a path, at the start. */
function fit(text, width, path = false) {
  if (pen.measureText(text).width <= width) return text;
  const room = width - pen.measureText("…").width;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const half = Math.ceil((low + high) / 2);
    const part = path ? text.slice(text.length - half) : text.slice(0, half);
    if (pen.measureText(part).width <= room) low = half;
    else high = half - 1;
  }
  return path ? `…${text.slice(text.length - low)}` : `${text.slice(0, low)}…`;
}

/** Our words for what is missing, on as many lines as they need. */
function wrap(text) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && pen.measureText(longer).width <= WIDEST) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A box with what it says and its size. */
function boxOf(node) {
  const { kind, label, file } = node;
  const more = kind === "message" && label.length > NAMED + 1 ? label.length - NAMED : 0;
  const texts = kind === "missing" ? label.flatMap(wrap) : label.slice(0, more ? NAMED : label.length);
  const lines = texts.map((text) => ({ text: fit(text, WIDEST, text === file), faint: text === file }));
  if (more) lines.push({ text: `and ${more} more`, faint: true });
  const width = Math.max(90, ...lines.map((it) => pen.measureText(it.text).width + 4)) + 2 * PAD.x;
  return { ...node, lines, width, height: lines.length * LINE + 2 * PAD.y - 3 };
}

function buildMap() {
  const place = byId("map");
  if (graph.nodes.length === 0) {
    byId("wiring-note").textContent = graph.note;
    return;
  }
  const cuts = graph.edges.filter((it) => it.state === "cut").length;
  const holds = graph.edges.every((it) => it.state === "holds");
  byId("wiring-note").textContent =
    `The way of each message, from the code that sends it to the code that hears it. ${
      holds ? "All of them get through." : "Where it is cut, a dashed arrow leads to what is missing."
    } Code that was not audited is not drawn.`;
  const choice = { area: "", cut: false };
  const picture = makePicture();
  const areas = [...new Set(graph.nodes.map((it) => it.area).filter(Boolean))].sort();
  const show = () => picture.show(chosen(choice));
  const onlyCut = make("button", {
    type: "button", class: "toggle", id: "map-cut", "aria-pressed": "false", disabled: cuts === 0,
    click: (event) => {
      choice.cut = !choice.cut;
      event.currentTarget.setAttribute("aria-pressed", String(choice.cut));
      show();
    },
  }, "Cut lines only");
  const area = make("select", { id: "map-area", change: (event) => { choice.area = event.target.value; show(); } },
    make("option", { value: "" }, "All areas"), areas.map((it) => make("option", { value: it }, it)));
  place.append(
    make("div", { class: "filters" }, labelled("Area", area), onlyCut, picture.tools),
    picture.element, legend(), wiringTable(),
  );
  show();
}

/** The part of the wiring that messages of an area pass, or those that get lost. */
function chosen({ area, cut }) {
  if (!area && !cut) return graph;
  const lost = (name) => graph.edges.some((it) => it.state === "cut" && it.messages.includes(name));
  const names = new Set(graph.nodes.filter((it) => it.kind === "message" && (!area || it.area === area))
    .flatMap((it) => it.messages).filter((it) => !cut || lost(it)));
  const passes = (it) => it.messages.some((name) => names.has(name));
  const nodes = graph.nodes.filter(passes);
  const ids = new Set(nodes.map((it) => it.id));
  return { nodes, edges: graph.edges.filter((it) => passes(it) && ids.has(it.from) && ids.has(it.to)) };
}

function legend() {
  const line = (state, text) => make("li", {},
    draw("svg", { viewBox: "0 0 34 10", width: "34", height: "10", "aria-hidden": "true" }, draw("path", { class: `arrow ${state}`, d: "M1 5H33" })), text);
  return make("ul", { class: "legend", "aria-label": "Legend" },
    line("holds", "gets through"), line("guess", "possible"), line("cut", "cut"), line("accepted", "cut, accepted"));
}

function makePicture() {
  const scene = draw("g");
  const svg = draw("svg", { class: "picture", role: "group", "aria-label": "Wiring map. Arrow keys go from box to box, Enter tells more of one." }, scene);
  const card = make("aside", { class: "card chosen", hidden: true, "aria-label": "Chosen box" });
  const element = make("div", { class: "map-frame" }, svg, card);
  const view = { x: 0, y: 0, scale: 1 };
  let size = { width: 1, height: 1 };
  let boxes = [];
  let arrows = [];
  let chosenId = null;

  const button = (text, name, click) => make("button", { type: "button", class: "button quiet", "aria-label": name, title: name, click }, text);
  const tools = make("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
    button("−", "Zoom out", () => zoom(1 / ZOOM.step)), button("+", "Zoom in", () => zoom(ZOOM.step)), button("Fit", "Fit to the frame", fitAll));

  function place() {
    scene.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  }

  function zoom(factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
    const scale = Math.min(ZOOM.most, Math.max(ZOOM.least, view.scale * factor));
    view.x = x - (x - view.x) * (scale / view.scale);
    view.y = y - (y - view.y) * (scale / view.scale);
    view.scale = scale;
    place();
  }

  function fitAll() {
    home(true);
  }

  /** Shows it from its top left corner: as wide as the frame where that can be read, or the whole of it. */
  function home(whole = false) {
    const width = Math.max(1, svg.clientWidth - 2 * MARGIN);
    const most = Math.max(360, innerHeight * 0.75) - 2 * MARGIN;
    const wide = Math.min(1.15, width / size.width);
    view.scale = whole ? Math.max(ZOOM.least, Math.min(wide, most / size.height)) : Math.max(0.6, wide);
    // No higher than what is in it.
    const height = Math.min(most, size.height * view.scale) + 2 * MARGIN;
    svg.setAttribute("height", String(Math.round(height)));
    view.x = Math.max(MARGIN, (svg.clientWidth - size.width * view.scale) / 2);
    view.y = MARGIN;
    place();
  }

  function show(part) {
    boxes = part.nodes.map(boxOf);
    arrows = part.edges.map((it) => ({ ...it }));
    choose(null);
    const { columns, width, height } = layOut(boxes, arrows);
    for (const box of boxes) box.y += HEAD;
    size = { width, height: height + HEAD };
    routeArrows(boxes, arrows);
    for (const arrow of arrows) arrow.element = drawArrow(arrow);
    boxes.forEach((box) => { box.element = drawBox(box); });
    scene.replaceChildren(
      ...columns.filter((it) => it.title).map((it) => draw("text", { class: "column", x: it.x + PAD.x, y: 12 }, it.title)),
      ...areaNames(boxes), ...arrows.map((it) => it.element), ...boxes.map((it) => it.element),
    );
    const first = inOrder()[0];
    if (first) first.element.setAttribute("tabindex", "0");
    home();
  }

  function drawBox(box) {
    const state = box.kind === "missing" && arrows.filter((it) => it.from === box.id || it.to === box.id).every((it) => it.state === "accepted")
      ? "accepted" : "";
    const name = `${KINDS[box.kind]}: ${box.label.join(", ")}${box.runs || box.kind === "missing" ? "" : ", never runs"}`;
    return draw(
      "g",
      {
        class: `box ${box.kind} ${box.runs ? "" : "idle"} ${state}`, role: "button", tabindex: "-1", "aria-label": name,
        transform: `translate(${box.x} ${box.y})`,
        click: () => choose(box), keydown: (event) => keys(event, box), focus: () => { reveal(box); roam(box); },
      },
      draw("rect", { width: box.width, height: box.height, rx: box.kind === "message" ? 4 : 8 }),
      box.lines.map((it, at) => draw("text", { class: it.faint ? "faint" : "", x: PAD.x, y: PAD.y + 11 + at * LINE }, it.text)),
    );
  }

  function drawArrow({ x1, y1, x2, y2, state, label, messages: names }) {
    const bend = Math.max(30, (x2 - x1) / 2);
    const end = x2 - 5;
    const title = [label, names.length > 3 ? count(names.length, "message") : names.join(", ")].filter(Boolean).join(": ");
    return draw("g", { class: `way ${state}` },
      draw("title", {}, title),
      draw("path", { class: `arrow ${state}`, d: `M${x1} ${y1}C${x1 + bend} ${y1} ${end - bend} ${y2} ${end} ${y2}` }),
      draw("path", { class: `tip ${state}`, d: `M${x2} ${y2}l-8 -4v8z` }));
  }

  /** The way that leads to a box and away from it. */
  function wayOf(box) {
    const seen = new Set([box.id]);
    const names = new Set(box.messages);
    const follow = (from, to) => {
      const queue = [box.id];
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        for (const arrow of arrows) {
          if (arrow[from] !== id || !arrow.messages.some((it) => names.has(it))) continue;
          arrow.lit = true;
          if (!seen.has(arrow[to])) queue.push(arrow[to]);
          seen.add(arrow[to]);
        }
      }
    };
    follow("from", "to");
    follow("to", "from");
    return seen;
  }

  function choose(box) {
    if (box && box.id === chosenId) box = null;
    chosenId = box?.id ?? null;
    for (const arrow of arrows) arrow.lit = false;
    const way = box && wayOf(box);
    svg.classList.toggle("dimmed", Boolean(box));
    for (const it of boxes) {
      it.element?.classList.toggle("lit", Boolean(way?.has(it.id)));
      it.element?.classList.toggle("picked", it === box);
    }
    for (const arrow of arrows) arrow.element?.classList.toggle("lit", arrow.lit);
    card.hidden = !box;
    if (!box) return;
    card.replaceChildren(...cardOf(box), make("button", { type: "button", class: "button quiet close", click: () => { choose(null); box.element.focus(); } }, "Close"));
    announce(`${KINDS[box.kind]}: ${box.label.join(", ")}. ${count(box.messages.length, "message type")}.`);
  }

  const inOrder = () => [...boxes].sort((a, b) => a.x - b.x || a.y - b.y);

  /** Only one box is a stop of the tab key; arrow keys go to the others. */
  function roam(box) {
    for (const it of boxes) it.element.setAttribute("tabindex", it === box ? "0" : "-1");
  }

  function keys(event, box) {
    const columns = [...groups(inOrder(), (it) => it.x).values()];
    const at = columns.findIndex((it) => it.includes(box));
    const nearest = (column) => column?.toSorted((a, b) => Math.abs(middle(a) - middle(box)) - Math.abs(middle(b) - middle(box)))[0];
    const along = (side, other) => {
      const near = arrows.filter((it) => it[side] === box.id).map((it) => boxes.find((node) => node.id === it[other]));
      return nearest(near);
    };
    const column = columns[at];
    const moves = {
      ArrowUp: () => column[column.indexOf(box) - 1],
      ArrowDown: () => column[column.indexOf(box) + 1],
      ArrowLeft: () => along("to", "from") ?? nearest(columns[at - 1]),
      ArrowRight: () => along("from", "to") ?? nearest(columns[at + 1]),
    };
    if (moves[event.key]) moves[event.key]()?.element.focus();
    else if (event.key === "Enter" || event.key === " ") choose(box);
    else if (event.key === "Escape") choose(null);
    else if (event.key === "+" || event.key === "=") zoom(ZOOM.step);
    else if (event.key === "-") zoom(1 / ZOOM.step);
    else if (event.key === "0") fitAll();
    else return;
    event.preventDefault();
  }

  /** Moves the picture so that a box can be seen. */
  function reveal(box) {
    const margin = 30;
    const inside = (start, length, room) => Math.min(Math.max(start, margin), Math.max(margin, room - length - margin));
    const [x, y] = [view.x + box.x * view.scale, view.y + box.y * view.scale];
    view.x += inside(x, box.width * view.scale, svg.clientWidth) - x;
    view.y += inside(y, box.height * view.scale, svg.clientHeight) - y;
    place();
  }

  // The page scrolls with the wheel; with a key, or two fingers, it zooms.
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = svg.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - frame.x, event.clientY - frame.y);
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const start = { x: event.clientX - view.x, y: event.clientY - view.y };
    const from = { x: event.clientX, y: event.clientY };
    let dragged = false;
    const move = (at) => {
      if (!dragged && Math.hypot(at.clientX - from.x, at.clientY - from.y) < 4) return;
      dragged = true;
      svg.classList.add("dragged");
      view.x = at.clientX - start.x;
      view.y = at.clientY - start.y;
      place();
    };
    const stop = new AbortController();
    const done = () => {
      stop.abort();
      svg.classList.remove("dragged");
      // The click that ends a drag chooses nothing.
      if (dragged) addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
    };
    addEventListener("pointermove", move, { signal: stop.signal });
    addEventListener("pointerup", done, { signal: stop.signal });
    addEventListener("pointercancel", done, { signal: stop.signal });
  });
  addEventListener("resize", () => home());
  // Paper is as wide as it is, so there the picture has no frame to move in.
  addEventListener("beforeprint", () => {
    scene.removeAttribute("transform");
    svg.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${size.width + 2 * MARGIN} ${size.height + 2 * MARGIN}`);
  });
  addEventListener("afterprint", () => {
    svg.removeAttribute("viewBox");
    home();
  });
  return { element, tools, show };
}

function areaNames(boxes) {
  const byArea = groups(boxes.filter((it) => it.area), (it) => it.area);
  return [...byArea].map(([area, all]) => {
    const top = all.reduce((a, b) => (b.y < a.y ? b : a));
    return draw("text", { class: "area", x: top.x + 2, y: top.y - 8 }, fit(area, WIDEST));
  });
}

/** What there is to say of a box. */
function cardOf(box) {
  const lines = box.lines.length > 0 && box.file ? box.file : null;
  const about = findings.filter((it) => it.messageType && box.messages.includes(it.messageType));
  const title = box.kind === "message" ? count(box.messages.length, "message type") : box.label[0];
  const at = graph.nodes.find((it) => it.id === box.id).lines;
  return [
    make("p", { class: "kicker" }, KINDS[box.kind], box.area && ` · ${box.area}`),
    make("h3", {}, title),
    lines && make("p", { class: "place" }, breakable(`${lines}${at.length > 0 ? `:${at.join(", ")}` : ""}`)),
    !box.runs && box.kind !== "missing" && make("p", { class: "note" }, "Nothing reaches this code."),
    make("ul", { class: "names" }, box.messages.map((name) => {
      const verdict = messages.get(name)?.verdict;
      return make("li", {}, make("code", {}, name), verdict && make("span", { class: `verdict ${verdict === "wired" ? "good" : "bad"}` }, words(verdict)));
    })),
    about.length > 0 && make("p", {}, make("button", {
      type: "button", class: "button", click: () => showOnly(`Findings on the way of ${title}`, about.map((it) => it.fingerprint)),
    }, `Show ${count(about.length, "finding")}`)),
  ].filter(Boolean);
}

/** The same for those who do not see the picture, or would rather read. */
function wiringTable() {
  const names = new Set(graph.nodes.flatMap((it) => it.messages));
  const rows = report.messages.filter((it) => names.has(it.type));
  const places = (all) => (all.length === 0 ? "–" : make("ul", {}, all.slice(0, 5).map((it) => make("li", { class: "place" }, breakable(it))),
    all.length > 5 && make("li", {}, `and ${all.length - 5} more`)));
  const body = make("tbody");
  const table = make("table", { class: "cards wiring" },
    make("caption", { class: "sr" }, "The way of each message type"),
    make("thead", {}, make("tr", {}, ["Message", "Area", "Sent by", "Told apart by", "Heard by", "State"].map((it) => make("th", { scope: "col" }, it)))), body);
  const box = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Wiring as a table" }, table);
  const pages = pager(body, (it) => make("tr", {},
    make("th", { scope: "row" }, make("code", {}, it.type)),
    make("td", { "data-label": "Area" }, it.area),
    make("td", { "data-label": "Sent by" }, places(it.emitted)),
    make("td", { "data-label": "Told apart by" }, places(it.routed)),
    make("td", { "data-label": "Heard by" }, places(it.subscribed)),
    make("td", { "data-label": "State" }, state(it))), box);
  pages.show(rows);
  return make("details", { class: "more" }, make("summary", {}, `The same as a table: ${count(rows.length, "message type")}`), box, box.nextSibling);
}

function state(message) {
  const finding = byFingerprint.get(message.findingFingerprint);
  const wired = message.verdict === "wired" || message.verdict === "declared-only";
  const mark = make("span", { class: `mark ${wired ? "good" : finding?.status === "new" ? "bad" : "unseen"}`, "aria-hidden": "true" });
  return make("span", { class: "state" }, mark,
    finding ? make("button", { type: "button", class: "link", click: () => showFinding(finding) }, words(message.verdict)) : words(message.verdict));
}
