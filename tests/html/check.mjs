// Uses HTML reports as people do, in a headless Chromium, and takes pictures of them. `scripts/html_check.sh` makes
// the reports and calls it with the browser, the folder of the reports, and the folder for the pictures.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, reports, pictures] = process.argv.slice(2);

/** Milliseconds that people do not notice much, on a small machine that does other things too. */
const READY = 5_000;
const KEYSTROKE = 500;

let passed = 0;
let failed = 0;

async function check(name, test) {
  try {
    const said = await test();
    passed += 1;
    console.log(`ok      ${name}${said ? `: ${said}` : ""}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  }
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** A report in a new window, and what it does that it must not do. */
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  const address = pathToFileURL(join(reports, file)).href;
  page.on("console", (it) => ["error", "warning"].includes(it.type()) && wrong.push(`console: ${it.text()}`));
  page.on("pageerror", (it) => wrong.push(`exception: ${it.message}`));
  page.on("dialog", (it) => { wrong.push(`dialog: ${it.message()}`); it.dismiss(); });
  page.on("request", (it) => it.url() !== address && wrong.push(`request: ${it.url()}`));
  page.on("popup", (it) => wrong.push(`window: ${it.url()}`));
  const started = performance.now();
  await page.goto(address);
  await page.locator("html.alive").waitFor();
  return { page, wrong, took: performance.now() - started, close: () => context.close() };
}

/** How many findings the page says that it shows. */
async function told(page) {
  const text = await page.locator("#count").innerText();
  return Number(text.match(/^([\d,]+)/)?.[1].replaceAll(",", "") ?? 0);
}

const rows = (page) => page.locator("#list > li");

async function dashboard() {
  const { page, wrong, close } = await open("dashboard.html");

  await check("the head tells how far it is", async () => {
    assert.match(await page.locator(".completion").innerText(), /63\.3 %/);
    assert.match(await page.locator(".areas").first().innerText(), /Proxies/);
  });

  await check("findings are filtered by text", async () => {
    const all = await told(page);
    await page.getByLabel("Search").fill("handleProxyStatus");
    const some = await told(page);
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    assert.equal(await rows(page).count(), some);
    await page.getByLabel("Search").fill("no such words anywhere");
    assert.equal(await rows(page).count(), 0);
    assert.match(await page.locator("#count").innerText(), /No finding fits/);
    await page.getByRole("button", { name: "Reset" }).click();
    assert.equal(await told(page), all);
  });

  await check("by rule, severity and area", async () => {
    await page.getByLabel("Rule").selectOption("status-poll");
    assert.equal(await told(page), 2);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.locator('[data-severity="critical"]').click();
    assert.equal(await page.locator('[data-severity="critical"]').getAttribute("aria-pressed"), "false");
    assert.equal(await page.locator("#list > .critical").count(), 0);
    assert.ok((await page.locator("#list > .warning").count()) > 0);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.locator("#filter-area").selectOption("Proxies");
    const number = await told(page);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.locator('button[data-area="Proxies"]').click();
    assert.equal(await told(page), number);
    assert.equal(await page.locator("#filter-area").inputValue(), "Proxies");
    await page.getByRole("button", { name: "Reset" }).click();
  });

  await check("a finding opens, and its chain", async () => {
    const row = rows(page).filter({ hasText: "useProxyHealth" }).first();
    await row.locator("h3 button").click();
    assert.equal(await row.locator("h3 button").getAttribute("aria-expanded"), "true");
    assert.match(await row.locator(".frame .here").innerText(), /setInterval/);
    assert.equal(await row.locator(".chain").isVisible(), false);
    await row.locator(".evidence").click();
    const steps = row.locator(".chain > li");
    assert.ok((await steps.count()) >= 3);
    assert.match(await steps.last().innerText(), /src\/lib\/api\/client\.ts:17[^]*fetch\(/);
    await row.locator("h3 button").click();
    assert.equal(await row.locator(".body").isVisible(), false);
  });

  await check("a next step shows its findings", async () => {
    await page.locator("[data-only]").first().click();
    const some = await told(page);
    assert.ok(some > 0);
    assert.equal(await page.locator("#only").isVisible(), true);
    await page.getByRole("button", { name: "Show all" }).click();
    assert.ok((await told(page)) > some);
  });

  await check("the wiring is drawn without boxes that overlap", async () => {
    const boxes = await page.locator(".picture .box rect").evaluateAll((all) => all.map((it) => {
      const { x, y, width, height } = it.getBoundingClientRect();
      return { x, y, width, height };
    }));
    assert.ok(boxes.length > 10, `${boxes.length} boxes`);
    for (const [at, a] of boxes.entries()) {
      for (const b of boxes.slice(at + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        assert.ok(apart, `${JSON.stringify(a)} ${JSON.stringify(b)}`);
      }
    }
    assert.ok((await page.locator(".picture .way.cut").count()) > 0);
    assert.ok((await page.locator(".picture .way.holds").count()) > 0);
    return `${boxes.length} boxes`;
  });

  await check("the wiring zooms, pans and follows a box", async () => {
    const scene = page.locator(".picture > g");
    const before = await scene.getAttribute("transform");
    await page.getByRole("button", { name: "Zoom in" }).click();
    const zoomed = await scene.getAttribute("transform");
    assert.notEqual(zoomed, before);
    await page.locator(".picture").scrollIntoViewIfNeeded();
    const frame = await page.locator(".picture").boundingBox();
    await page.mouse.move(frame.x + frame.width - 8, frame.y + frame.height - 8);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width - 90, frame.y + frame.height - 60, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await scene.getAttribute("transform"), zoomed);
    await page.getByRole("button", { name: "Fit to the frame" }).click();
    await page.locator(".picture .box.message").first().click();
    assert.ok((await page.locator(".picture .box.lit").count()) > 1);
    assert.equal(await page.locator(".chosen").isVisible(), true);
    await page.locator(".chosen .close").click();
    assert.equal(await page.locator(".picture .box.lit").count(), 0);
  });

  await check("the wiring can be read as a table", async () => {
    const fold = page.locator("#map details");
    await fold.locator("summary").click();
    assert.match(await fold.locator("tbody").innerText(), /proxy_status_update/);
    await fold.locator("summary").click();
  });

  await check("timers sort by requests a minute and by other columns", async () => {
    const table = page.locator("#timer-table table").first();
    const rates = async () => (await table.locator("tbody td:nth-child(4)").allInnerTexts())
      .map((it) => Number(it.replace(/[^\d.]/g, "") || -1));
    const head = table.locator("th", { hasText: "Requests a minute" });
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    const down = await rates();
    assert.deepEqual(down, down.toSorted((a, b) => b - a));
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    await table.locator("th", { hasText: "Timer" }).getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), null);
    const places = await table.locator("tbody th .place").allInnerTexts();
    assert.deepEqual(places, places.toSorted());
  });

  await check("accepted timers are folded", async () => {
    const fold = page.locator("#timer-table details");
    assert.equal(await fold.locator("table").isVisible(), false);
    await fold.locator("summary").click();
    assert.equal(await fold.locator("tbody tr").count(), 5);
    await fold.locator("summary").click();
  });

  await check("the keyboard is enough", async () => {
    await page.reload();
    await page.locator("html.alive").waitFor();
    const focused = (name) => page.evaluate((name) => document.activeElement.closest(name) !== null, name);
    await page.keyboard.press("Tab");
    assert.ok(await focused(".skip"));
    await page.keyboard.press("Enter");
    assert.ok(await focused("#findings"));
    await page.locator("#list h3 button").first().focus();
    await page.keyboard.press("Enter");
    assert.equal(await rows(page).first().locator(".body").isVisible(), true);
    await page.keyboard.press("Tab");
    assert.ok(await focused("#list > li:first-child .body"));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, "none");
    // The picture is one stop; arrows go on from there.
    assert.equal(await page.locator('.picture [tabindex="0"]').count(), 1);
    await page.locator('.picture [tabindex="0"]').focus();
    const first = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    await page.keyboard.press("ArrowRight");
    const second = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.notEqual(second, first);
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".chosen").isVisible(), true);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".chosen").isVisible(), false);
  });

  await check("what a screen reader needs is there", async () => {
    for (const role of ["banner", "main", "contentinfo", "navigation", "search"]) {
      assert.equal(await page.getByRole(role).count(), 1, role);
    }
    assert.equal(await page.locator("h1").count(), 1);
    assert.equal(await page.locator("#count").getAttribute("role"), "status");
    const nameless = await page.locator("button, input, select").evaluateAll((all) => all.filter((it) =>
      !it.textContent.trim() && !it.getAttribute("aria-label") && !it.labels?.length).map((it) => it.outerHTML));
    assert.deepEqual(nameless, []);
    const twice = await page.evaluate(() => {
      const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
      return ids.filter((it, at) => ids.indexOf(it) !== at);
    });
    assert.deepEqual(twice, []);
  });

  await check("colours can be told from their ground", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await faint(page), [], colorScheme);
    }
    await page.emulateMedia({ colorScheme: null });
  });

  await check("paper shows what is folded", async () => {
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.locator("details:not([open])").count(), 0);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator("#timer-table details[open]").count(), 0);
  });

  await check("the dashboard asks nobody and says nothing wrong", () => assert.deepEqual(wrong, []));
  await close();
}

/** Texts with less contrast than WCAG AA asks for, 4.5 to 1. */
async function faint(page) {
  return page.evaluate(() => {
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = color;
      pen.fillRect(0, 0, 1, 1);
      return [...pen.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((it) => it / 255).map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const over = (top, below) => below.map((it, at) => top[at] * (top[3] / 255) + it * (1 - top[3] / 255));
    const found = new Set();
    for (const element of document.querySelectorAll("main *, header *, footer *")) {
      const own = [...element.childNodes].some((it) => it.nodeType === Node.TEXT_NODE && it.data.trim());
      if (!own || element.closest("svg, option, [hidden], .sr, noscript, button:disabled") || !element.checkVisibility()) continue;
      const grounds = [];
      for (let it = element; it; it = it.parentElement) grounds.unshift(rgba(getComputedStyle(it).backgroundColor));
      const ground = grounds.reduce((below, top) => over(top, below), [255, 255, 255]);
      const ink = over(rgba(getComputedStyle(element).color), ground);
      const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) found.add(`${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 20)}: ${ratio.toFixed(2)}`);
    }
    return [...found];
  });
}

/** What was there before is not what people come for. */
async function known() {
  const { page, wrong, close } = await open("known.html");
  await check("new findings come first, known ones when asked for", async () => {
    assert.match(await page.locator(".news").innerText(), /new findings against \.unpoll-baseline\.json/);
    assert.equal(await page.locator("#filter-state").inputValue(), "new");
    const fresh = await told(page);
    await page.getByLabel("State").selectOption("");
    assert.ok((await page.locator("#list > .baseline").count()) > 0);
    assert.ok((await rows(page).count()) > fresh);
    await page.locator(".compared summary").click();
    assert.match(await page.locator(".fixed").first().innerText(), /src\/app\/proxies\/page\.tsx/);
  });
  await check("cuts that are known are grey", async () => {
    assert.ok((await page.locator(".picture .way.accepted").count()) > 0);
    assert.equal(await page.locator(".picture .way.cut").count(), 0);
  });
  await check("a known finding is found from a timer, whatever the filters say", async () => {
    await page.getByLabel("State").selectOption("new");
    await page.locator("#timer-table button", { hasText: "known" }).first().click();
    const row = page.locator("#list > .baseline", { has: page.locator(".body:visible") });
    assert.equal(await row.count(), 1);
    assert.ok(await row.locator("h3 button").evaluate((it) => it === document.activeElement));
  });
  await check("the compared report asks nobody and says nothing wrong", () => assert.deepEqual(wrong, []));
  await close();
}

async function large() {
  const { page, wrong, took, close } = await open("large.html");

  await check("5,000 findings are there before anybody gets impatient", async () => {
    assert.ok((await told(page)) >= 5_000);
    assert.ok(took < READY, `${took} ms`);
    assert.ok((await rows(page).count()) <= 400, "rows are made when they are needed");
    return `${Math.round(took)} ms`;
  });

  await check("a keystroke in the search is answered at once", async () => {
    const slowest = await page.evaluate(() => {
      const input = document.querySelector("#filter-text");
      let slowest = 0;
      for (const text of ["o", "or", "ord", "orders", "orders 4", "zzzz", ""]) {
        const started = performance.now();
        input.value = text;
        input.dispatchEvent(new Event("input"));
        document.body.getBoundingClientRect();
        slowest = Math.max(slowest, performance.now() - started);
      }
      return slowest;
    });
    assert.ok(slowest < KEYSTROKE, `${slowest} ms`);
    return `${Math.round(slowest)} ms at most`;
  });

  await check("scrolling brings more, to the last one", async () => {
    const first = await rows(page).count();
    await page.locator("#list + .more-rows").scrollIntoViewIfNeeded();
    await page.waitForFunction((first) => document.querySelectorAll("#list > li").length > first, first);
    const number = await told(page);
    const started = performance.now();
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await rows(page).count(), number);
    return `all of them in ${Math.round(performance.now() - started)} ms`;
  });

  await check("the large report asks nobody and says nothing wrong", () => assert.deepEqual(wrong, []));
  await close();
}

/** Opens all that can be opened. */
async function openAll(page) {
  await page.evaluate(() => {
    for (const selector of ["details > summary", "#list h3 button", ".evidence"]) {
      for (const it of document.querySelectorAll(selector)) it.click();
    }
    for (const it of document.querySelectorAll(".picture .box")) it.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  });
  await page.waitForTimeout(300);
}

async function hostile() {
  // Once as it is, and once without the policy, so that escaping alone has to hold.
  const html = readFileSync(join(reports, "hostile.html"), "utf8");
  const bare = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
  assert.notEqual(bare, html);
  writeFileSync(join(reports, "bare.html"), bare);
  for (const file of ["hostile.html", "bare.html"]) {
    const { page, wrong, close } = await open(file);
    await check(`${file}: code of the audited repository is text`, async () => {
      assert.ok((await told(page)) > 0);
      await openAll(page);
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator("img, iframe, object, embed, link, base, form").count(), 0);
      assert.equal(await page.locator("script").count(), 2);
      const listeners = await page.evaluate(() => [...document.querySelectorAll("*")]
        .flatMap((it) => [...it.attributes]).filter((it) => /^(on|href$|src$|style$)/.test(it.name) && !it.value.startsWith("#"))
        .map((it) => `${it.name}=${it.value}`));
      assert.deepEqual(listeners, []);
      assert.match(await page.locator("#list").innerText(), /onerror=window\.pwned=1/);
    });
    await check(`${file} asks nobody and says nothing wrong`, () => assert.deepEqual(wrong, []));
    await close();
  }
}

async function withoutScript() {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(reports, "dashboard.html")).href);
  await check("without a script the head still reads", async () => {
    assert.match(await page.locator(".areas").first().innerText(), /Proxies/);
    assert.match(await page.locator("main").innerText(), /drawn by a script/);
    assert.equal(await page.locator("#filters").isVisible(), false);
  });
  await context.close();
}

async function takePictures() {
  const looks = {
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    narrow: { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  };
  for (const [name, options] of Object.entries(looks)) {
    const { page, close } = await open("dashboard.html", { reducedMotion: "reduce", ...options });
    await check(`${name}: nothing is wider than the window`, async () => {
      const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(content <= room, `${content} > ${room}`);
    });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    await rows(page).filter({ hasText: "useProxyHealth" }).first().locator("h3 button").click();
    await page.locator(".evidence").first().click();
    await page.locator("#list > li", { has: page.locator(".chain:visible") }).first().screenshot({ path: join(pictures, `${name}-finding.png`) });
    await page.locator(".picture .box.message").first().click();
    await page.locator("#wiring").screenshot({ path: join(pictures, `${name}-map.png`) });
    await page.locator("#timers").screenshot({ path: join(pictures, `${name}-timers.png`) });
    await close();
  }
  const { page, close } = await open("dashboard.html");
  await page.pdf({ path: join(pictures, "print.pdf"), format: "A4" });
  await close();
}

for (const part of [dashboard, known, large, hostile, withoutScript, takePictures]) {
  await check(part.name, part);
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
