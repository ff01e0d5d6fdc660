// The findings: filters above, a row each below, and behind each row its code and its evidence.

const SEVERITIES = ["critical", "warning", "info"];
const STATES = { new: "New", baseline: "Known", suppressed: "Suppressed" };

const findings = report.findings.map((it, at) => ({ ...it, ...data.findings[at] }));
const findingsAt = groups(findings, placeOf);
const byFingerprint = new Map(findings.map((it) => [it.fingerprint, it]));

/** What the reader wants to see. */
const wanted = { text: "", severities: new Set(SEVERITIES), rule: "", area: "", state: "", only: null };

const list = pager(byId("list"), findingRow, byId("list"));

/** Lists of which paper shows all. */
const printable = [list];

/** How often each value stands in the findings, by name. */
function tally(value) {
  const counts = new Map();
  for (const finding of findings) counts.set(value(finding), (counts.get(value(finding)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function matches(finding, terms) {
  return (
    wanted.severities.has(finding.severity) &&
    (!wanted.rule || finding.ruleId === wanted.rule) &&
    (!wanted.area || finding.area === wanted.area) &&
    (!wanted.state || finding.status === wanted.state) &&
    (!wanted.only || wanted.only.fingerprints.has(finding.fingerprint)) &&
    terms.every((term) => haystack(finding).includes(term))
  );
}

/** All that a search looks at; made when somebody searches. */
function haystack(finding) {
  finding.haystack ??= [
    finding.message, finding.ruleId, finding.area, placeOf(finding), finding.help,
    ...finding.chain.flatMap((step) => [placeOf(step), step.label]),
    ...finding.frame.map((row) => row.text.join("")),
  ].join("\n").toLowerCase();
  return finding.haystack;
}

function refresh() {
  const terms = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = findings.filter((it) => matches(it, terms));
  // Browsers may leave out what is out of sight; where that is little, they need not.
  byId("list").classList.toggle("long", found.length > 200);
  list.show(found);
  byId("count").textContent = told(found);
  const only = byId("only");
  only.hidden = !wanted.only;
  if (wanted.only) only.firstElementChild.textContent = wanted.only.name;
}

function told(found) {
  if (findings.length === 0) return "Nothing was found. The migration is clean.";
  if (found.length === findings.length) return `${count(found.length, "finding")}.`;
  if (found.length === 0) return "No finding fits these filters.";
  return `${thousands(found.length)} of ${count(findings.length, "finding")}.`;
}

const controls = {};

function buildFilters() {
  const box = byId("filters");
  if (findings.length === 0) {
    box.hidden = true;
    refresh();
    return;
  }
  controls.text = make("input", {
    type: "search", id: "filter-text", placeholder: "Message, file, code …", autocomplete: "off", spellcheck: "false",
    input: (event) => change({ text: event.target.value }),
  });
  const severities = tally((it) => it.severity);
  controls.severities = SEVERITIES.map((name) => {
    const number = severities.find(([severity]) => severity === name)?.[1] ?? 0;
    return make(
      "button",
      {
        type: "button", class: `toggle ${name}`, "aria-pressed": "true", "data-severity": name, disabled: number === 0,
        click: () => toggleSeverity(name),
      },
      make("span", { class: "mark", "aria-hidden": "true" }), `${capital(name)} `, make("span", { class: "tally" }, thousands(number)),
    );
  });
  controls.rule = select("rule", "All rules", tally((it) => it.ruleId));
  controls.area = select("area", "All areas", tally((it) => it.area));
  const states = tally((it) => it.status).map(([name, number]) => [name, number, STATES[name]]);
  controls.state = select("state", "All states", states);
  fill(box, {}, [
    labelled("Search", controls.text, "grow"),
    make("div", { class: "field" },
      make("span", { class: "label", id: "severity-label" }, "Severity"),
      make("div", { class: "toggles", role: "group", "aria-labelledby": "severity-label" }, controls.severities)),
    labelled("Rule", controls.rule),
    labelled("Area", controls.area),
    // One state needs no choice.
    states.length > 1 && labelled("State", controls.state),
    make("button", { type: "button", class: "button quiet", id: "reset", click: () => { reset(); controls.text.focus(); } }, "Reset"),
  ]);
  box.after(make("p", { id: "only", class: "only", hidden: true },
    make("span"), " ", make("button", { type: "button", class: "button quiet", click: () => change({ only: null }) }, "Show all")));
  // Where something was compared, what is new is what people came for.
  reset(report.comparisons.length > 0 && states.some(([name]) => name === "new") ? "new" : "");
}

function select(key, all, options) {
  const texts = options.map(([name, number, text]) => make("option", { value: name }, `${text ?? name} (${thousands(number)})`));
  return make("select", { id: `filter-${key}`, change: (event) => change({ [key]: event.target.value }) },
    make("option", { value: "" }, all), texts);
}

function labelled(text, control, more = "") {
  return make("div", { class: `field ${more}` }, make("label", { class: "label", for: control.id }, text), control);
}

function toggleSeverity(name) {
  const severities = new Set(wanted.severities);
  if (!severities.delete(name)) severities.add(name);
  change({ severities });
}

/** Changes what is wanted and lets the controls say so. */
function change(changes) {
  Object.assign(wanted, changes);
  for (const key of ["text", "rule", "area", "state"]) {
    if (controls[key].value !== wanted[key]) controls[key].value = wanted[key];
  }
  for (const button of controls.severities) {
    button.setAttribute("aria-pressed", String(wanted.severities.has(button.dataset.severity)));
  }
  refresh();
}

function reset(state = "") {
  change({ text: "", severities: new Set(SEVERITIES), rule: "", area: "", state, only: null });
}

/** Shows only these findings, under a name that says why. */
function showOnly(name, fingerprints) {
  reset();
  change({ only: { name, fingerprints: new Set(fingerprints) } });
  goTo(byId("findings"));
  announce(byId("count").textContent);
}

/** Shows the findings of an area. */
function showArea(area) {
  reset();
  change({ area });
  goTo(byId("findings"));
  announce(byId("count").textContent);
}

/** Opens a finding and goes there, whatever the filters say. */
function showFinding(finding) {
  if (!list.reach(finding)) reset();
  const row = list.reach(finding);
  const button = row.querySelector("button");
  if (button.getAttribute("aria-expanded") === "false") button.click();
  row.scrollIntoView({ block: "start" });
  button.focus({ preventScroll: true });
}

function goTo(section) {
  section.scrollIntoView();
  section.focus({ preventScroll: true });
}

function findingRow(finding, at, all) {
  const body = make("div", { class: "body", id: `body-${finding.fingerprint}-${at}`, hidden: true });
  const button = make(
    "button",
    {
      type: "button", "aria-expanded": "false", "aria-controls": body.id,
      click: () => {
        const open = button.getAttribute("aria-expanded") === "false";
        if (open && !body.firstChild) body.append(...findingBody(finding));
        button.setAttribute("aria-expanded", String(open));
        body.hidden = !open;
      },
    },
    make("span", { class: "severity" }, make("span", { class: "mark", "aria-hidden": "true" }), make("span", { class: "sr" }, `${capital(finding.severity)}: `)),
    make("span", {}, say(finding.message)),
  );
  const state = finding.status === "new" ? finding.change && "Worse" : STATES[finding.status];
  const doubt = finding.confidence !== "certain" && finding.confidence;
  return make(
    "li",
    { class: `finding ${finding.severity} ${finding.status}`, "aria-posinset": at + 1, "aria-setsize": all },
    make("div", { class: "row" },
      make("h3", {}, button),
      make("p", { class: "meta" },
        make("span", { class: "place" }, breakable(placeOf(finding))),
        make("span", {}, finding.area),
        make("span", { class: "rule", title: data.titles[finding.ruleId] }, finding.ruleId),
        doubt && make("span", { class: "tag" }, doubt),
        state && make("span", { class: "tag" }, state))),
    body,
  );
}

function findingBody(finding) {
  const { suppression } = finding;
  const told = [
    ["Why it matters", finding.impact],
    ["What to do", finding.help],
    ["What changed", finding.change],
    ["Timer", finding.facts],
    ["Suppressed", suppression && `${suppression.reason ?? "no reason is given"} (${suppression.location})`],
  ];
  return [
    codeFrame(finding),
    make("dl", {}, told.filter(([, text]) => text).map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, say(text))))),
    finding.chain.length > 0 && evidence(finding),
    make("p", { class: "tools" },
      make("button", { type: "button", class: "button quiet", click: () => copy(placeOf(finding)) }, "Copy place"),
      make("span", { class: "note" }, data.titles[finding.ruleId], " · ", make("code", {}, `unpoll explain ${finding.ruleId}`))),
  ].filter(Boolean);
}

function codeFrame(finding) {
  if (finding.frame.length === 0) return null;
  const lines = finding.frame.map(({ number, text: [before, covered, after] }) =>
    make("span", { class: covered ? "line here" : "line" },
      make("span", { class: "number", "aria-hidden": "true" }, String(number)),
      make("span", {}, before, covered && make("mark", {}, covered), after, "\n")));
  return make("pre", { class: "frame", tabindex: "0", "aria-label": `Code of ${placeOf(finding)}` }, make("code", {}, lines));
}

/** The way that proves it: in one line, and behind that each step with its place and its code. */
function evidence(finding) {
  const steps = finding.chain.map((step, at) =>
    make("li", {},
      make("p", { class: "step" }, make("span", { class: "label" }, step.label), make("span", { class: "place" }, breakable(placeOf(step)))),
      finding.steps[at] && make("pre", { tabindex: "0", "aria-label": `Code of ${placeOf(step)}` },
        make("span", { class: "number", "aria-hidden": "true" }, String(step.line)), make("code", {}, finding.steps[at]))));
  const chain = make("ol", { class: "chain", hidden: true }, steps);
  const brief = finding.chain.flatMap((step, at) => [at > 0 && make("span", { class: "arrow" }, " → "), make("span", {}, step.label)]);
  const button = make(
    "button",
    {
      type: "button", class: "evidence", "aria-expanded": "false",
      click: () => {
        chain.hidden = !chain.hidden;
        button.setAttribute("aria-expanded", String(!chain.hidden));
      },
    },
    make("strong", {}, `Evidence, ${count(steps.length, "step")}`), make("span", { class: "brief", "aria-hidden": "true" }, brief),
  );
  return make("div", { class: "proof" }, button, chain);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${text}`);
  } catch {
    announce("This browser does not let the page copy.");
  }
}
