// Opens pages in Chromium and tells what is there, as JSON: what axe-core finds, where links lead,
// the order of the keyboard's stops, what is too wide or too small, and what the console says.
// Given on standard input: {chromium, visits: [{name, url, scheme, width, screenshot}], presses, form}.
"use strict";

const fs = require("node:fs");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const STOPS = 60; // more than any page has

async function main() {
  const asked = JSON.parse(fs.readFileSync(0, "utf8"));
  const browser = await chromium.launch({ executablePath: asked.chromium, args: FLAGS });
  try {
    const seen = {};
    for (const visit of asked.visits) seen[visit.name] = await look(browser, visit);
    for (const press of asked.presses ?? []) seen[press.name] = await pressed(browser, press);
    if (asked.form) seen.form = await choose(browser, asked.form);
    process.stdout.write(JSON.stringify(seen));
  } finally {
    await browser.close();
  }
}

async function look(browser, { url, scheme, width, screenshot }) {
  const context = await browser.newContext({
    colorScheme: scheme, viewport: { width, height: 900 }, reducedMotion: "reduce",
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  const told = [];
  page.on("console", (message) => told.push(message.text()));
  page.on("requestfailed", (request) => told.push(`failed: ${request.resourceType()}`));
  const answer = await page.goto(url);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const seen = {
    status: answer.status(),
    found: found.violations.map(
      ({ id, impact, nodes }) => `${impact}: ${id} at ${nodes.map((node) => node.target).join(", ")}`),
    unsure: found.incomplete.map(({ id }) => id),
    passed: found.passes.map(({ id }) => id),
    ...await page.evaluate(measured),
  };
  if (screenshot) await page.screenshot({ path: screenshot, fullPage: true });
  seen.stops = await stops(page);
  seen.told = told;
  await context.close();
  return seen;
}

// What the page itself can tell of its links, and of what does not fit.
function measured() {
  const box = (element) => element.getBoundingClientRect();
  return {
    title: document.title,
    background: getComputedStyle(document.querySelector(".sheet")).backgroundColor,
    links: [...document.querySelectorAll("main a")].map((a) => [a.textContent.trim(), a.href]),
    tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    tooSmall: [...document.querySelectorAll("a.button, button, input:not([type=hidden])")]
      .filter((element) => box(element).height < 24 || box(element).width < 24)
      .map((element) => element.outerHTML),
  };
}

// Goes through the page with the Tab key, until it is back at the start.
async function stops(page) {
  const order = [];
  for (let press = 0; press < STOPS; press += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        name: element.id || element.textContent.trim(),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inView: box.top > -1 && box.bottom < window.innerHeight + 1,
      };
    });
    if (stop === null) break;
    order.push(stop);
  }
  return order;
}

// Uses the form as somebody without a mouse does, in a browser that runs no scripts at all.
async function choose(browser, { url, keys }) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  for (const key of keys) await page.keyboard.press(key);
  await page.locator("[role=status]").waitFor();
  const seen = {
    url: page.url(),
    heading: await page.locator("h1").textContent(),
    status: await page.locator("[role=status]").innerText(),
    buttons: await page.locator("a.button").count(),
    invitations: await page.locator("#invitations").isChecked(),
  };
  await context.close();
  return seen;
}

// Presses these keys on a page where no script runs, and tells what it says then.
async function pressed(browser, { url, keys }) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  for (const key of keys) await page.keyboard.press(key);
  await page.locator("[role=status], [role=alert]").waitFor();
  const seen = {
    heading: await page.locator("h1").textContent(),
    said: await page.locator("[role=status], [role=alert]").innerText(),
  };
  await context.close();
  return seen;
}

main().catch((fault) => {
  process.stderr.write(`${fault.stack}\n`);
  process.exitCode = 1;
});
