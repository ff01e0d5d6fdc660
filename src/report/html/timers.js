// The timers: those that ask for work in one table, those that are fine folded below it.

/** Where sorting has nothing to go by, a timer goes last, whichever way it goes. */
const COLUMNS = [
  { name: "Timer", value: (it) => `${it.file}\n${String(it.line).padStart(8, "0")}`, cell: timerName },
  { name: "Does", value: (it) => it.verdict, cell: (it) => words(it.verdict) },
  { name: "How often", value: (it) => it.intervalMs, cell: (it) => it.howOften },
  { name: "Requests a minute", value: (it) => it.requestsPerMinute, cell: (it) => it.rate ?? "–", number: true },
  { name: "Switch", value: (it) => it.gate, cell: gateCell },
  { name: "Side", value: (it) => it.side, cell: (it) => it.side },
  { name: "Area", value: (it) => it.area, cell: (it) => it.area },
  { name: "State", value: (it) => STATE_ORDER[stateOf(it).mark], cell: stateCell },
];
const STATE_ORDER = { bad: 0, attention: 1, unseen: 2, good: 3 };

const timers = report.timers.map((it, at) => ({ ...it, ...data.timers[at] }));

function timerName(timer) {
  return [
    make("span", { class: "owner" }, timer.owner || timer.api),
    make("span", { class: "place" }, breakable(placeOf(timer))),
  ];
}

function gateCell(timer) {
  return make("span", {}, timer.gateWords, timer.gateReason && make("span", { class: "note" }, timer.gateReason));
}

function stateOf(timer) {
  const finding = byFingerprint.get(timer.findingFingerprint);
  if (finding?.status === "new") return { finding, mark: finding.severity === "critical" ? "bad" : "attention", text: finding.severity };
  if (finding) return { finding, mark: "unseen", text: STATES[finding.status].toLowerCase() };
  if (timer.accepted) return { mark: "good", text: "accepted" };
  return { mark: "unseen", text: timer.verdict === "unknown" ? "not seen through" : "no finding" };
}

function stateCell(timer) {
  const { finding, mark, text } = stateOf(timer);
  return make("span", { class: "state" }, make("span", { class: `mark ${mark}`, "aria-hidden": "true" }),
    finding ? make("button", { type: "button", class: "link", click: () => showFinding(finding) }, text) : text);
}

function timerTable(rows, caption) {
  const body = make("tbody", { role: "rowgroup" });
  const heads = COLUMNS.map((column) =>
    make("th", { scope: "col", role: "columnheader", class: column.number ? "number" : null },
      make("button", { type: "button", class: "sort", click: () => sort(column) }, column.name)));
  const table = make("table", { class: "cards timers", role: "table" }, make("caption", { class: "sr" }, caption),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, heads)), body);
  const box = make("div", { class: "scroll" }, table);
  const holder = make("div", {}, box);
  const row = (timer) => make("tr", { role: "row" }, COLUMNS.map((column, at) => make(at === 0 ? "th" : "td",
    { scope: at === 0 ? "row" : null, role: at === 0 ? "rowheader" : "cell", "data-label": column.name, class: column.number ? "number" : null }, column.cell(timer))));
  const pages = pager(body, row, box);
  let sorted = { column: null, down: false };

  function sort(column, down = sorted.column === column ? !sorted.down : Boolean(column.number)) {
    sorted = { column, down };
    COLUMNS.forEach((it, at) => {
      if (it === column) heads[at].setAttribute("aria-sort", down ? "descending" : "ascending");
      else heads[at].removeAttribute("aria-sort");
    });
    pages.show(rows.toSorted((a, b) => compare(column.value(a), column.value(b), down)));
  }

  sort(COLUMNS.find((it) => it.number), true);
  printable.push(pages);
  return holder;
}

function compare(a, b, down) {
  const [none, other] = [a ?? null, b ?? null].map((it) => it === null);
  if (none || other) return none - other;
  const order = a < b ? -1 : a > b ? 1 : 0;
  return down ? -order : order;
}

function buildTimers() {
  const place = byId("timer-table");
  const accepted = timers.filter((it) => it.accepted);
  const rest = timers.filter((it) => !it.accepted);
  place.append(
    rest.length > 0 ? timerTable(rest, "Timers that are not accepted") : make("p", { class: "note" }, "Every timer is acceptable."),
  );
  if (accepted.length > 0) {
    place.append(make("details", { class: "more" }, make("summary", {}, `${count(accepted.length, "accepted timer")}`), timerTable(accepted, "Accepted timers")));
  }
}
