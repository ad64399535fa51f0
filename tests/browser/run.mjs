// Runs one scenario in a fresh headless Chromium. Reads it as JSON on standard input, answers with JSON.
//
// { "base": "http://acme.localhost:8080", "width": 1440, "height": 900, "dark": false, "javascript": true,
//   "screenshots": "/some/folder", "steps": [ … ] }
//
// Steps, each an object with one of:
//   {"goto": PATH}  {"click": SELECTOR}  {"fill": [SELECTOR, TEXT]}  {"select": [SELECTOR, VALUE]}  {"press": KEY}
//   {"files": [SELECTOR, [NAME, TEXT], …]}  chooses files
//   {"see": SELECTOR}              waits until it is visible
//   {"see_gone": SELECTOR}         waits until it is not
//   {"text": SELECTOR, "as": NAME} its text, as NAME in the answer; "frame": SELECTOR looks inside that frame
//   {"count": SELECTOR, "as": NAME}
//   {"screenshot": NAME}           the whole page, as NAME.png, also where only a pane of it scrolls
//   {"sticks_out": NAME}           what is wider than the screen, as NAME in the answer
//   {"axe": NAME}                  what axe-core objects to, as NAME in the answer
//   {"frames": NAME}               every frame loaded, and what stands in each: path, title, actors, odd links, height
//   {"owned": NAME}                whether a script of a mail ran: it would have set top.OWNED
//
// Answer: { "values": {…}, "url": …, "outside": [kind URL of every request to another host], "problems": [console errors,
// uncaught errors, refused requests, dialogs, windows that opened] }. Requests to other hosts by https are answered with a dot.
// A step that fails ends the run: { "failed": STEP, "error": …, "html": … }.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const scenario = JSON.parse(readFileSync(0, "utf8"));
const values = {};
const problems = [];
const outside = [];

const actions = {
  goto: (page, path) => page.goto(new URL(path, scenario.base).href),
  click: (page, selector) => page.click(selector),
  fill: (page, [selector, text]) => page.fill(selector, text),
  select: (page, [selector, value]) => page.selectOption(selector, value),
  files: (page, [selector, ...files]) => page.setInputFiles(
    selector, files.map(([name, text]) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) }))),
  press: (page, key) => page.keyboard.press(key),
  see: (page, selector) => page.waitForSelector(selector, { state: "visible" }),
  see_gone: (page, selector) => page.waitForSelector(selector, { state: "hidden" }),
  screenshot: async (page, name) => {
    const { width, height } = page.viewportSize();
    await page.evaluate(() => { for (const pane of [window, ...document.querySelectorAll(".main")]) pane.scrollTo(0, 0); });
    const all = await page.evaluate(() => Math.max(...[...document.querySelectorAll(".main, .panel, .talk")].map((pane) => pane.scrollHeight + pane.getBoundingClientRect().top)));
    if (all > height) await page.setViewportSize({ width, height: Math.ceil(all) });
    await page.screenshot({ path: `${scenario.screenshots}/${name}.png`, fullPage: true });
    await page.setViewportSize({ width, height });
  },
  sticks_out: async (page, name) => {
    values[name] = await page.evaluate(() => {
      const panes = [document.documentElement, ...document.querySelectorAll("main, .main, .panel, .talk")];
      if (panes.every((pane) => pane.scrollWidth <= pane.clientWidth)) return [];
      const scrolls = (element) => !panes.includes(element) && element !== document.body
        && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
      const wide = [...document.querySelectorAll("body *")].filter((element) =>
        element.getBoundingClientRect().right > innerWidth && !panes.includes(element) && !scrolls(element.parentElement));
      return wide.length ? wide.map((element) => element.outerHTML.slice(0, 80)) : ["a pane scrolls sideways"];
    });
  },
  text: async (page, selector, step) => {
    const place = step.frame ? page.frameLocator(step.frame) : page;
    values[step.as] = await place.locator(selector).first().innerText();
  },
  count: async (page, selector, step) => {
    values[step.as] = await page.locator(selector).count();
  },
  frames: async (page, name) => {
    await page.evaluate(() => { for (const frame of document.querySelectorAll("iframe")) frame.loading = "eager"; });
    await page.waitForFunction(() => [...document.querySelectorAll("iframe")].every(
      (frame) => frame.contentDocument?.readyState === "complete" && frame.contentWindow.location.href !== "about:blank"));
    values[name] = await page.evaluate(() => [...document.querySelectorAll("iframe")].map((frame) => {
      const all = [...frame.contentDocument.querySelectorAll("*")];
      const actors = "SCRIPT IFRAME OBJECT EMBED FORM INPUT BUTTON SELECT TEXTAREA BASE LINK SVG MATH TEMPLATE NOSCRIPT VIDEO AUDIO DIALOG PORTAL SLOT".split(" ");
      return {
        path: frame.contentWindow.location.pathname, title: frame.contentDocument.title, height: frame.clientHeight,
        actors: all.filter((element) => actors.includes(element.tagName.toUpperCase()) || element.getAttributeNames().some((name) => /^(on|srcdoc|ping|form|hx-|data-hx)/.test(name)))
          .map((element) => element.outerHTML),
        links: all.filter((element) => element.matches("a[href]") && (!/^(https?|mailto|tel):$/.test(element.protocol) || !element.closest(".pr-images") && (element.target !== "_blank" || !element.relList.contains("noopener"))))
          .map((element) => element.outerHTML).filter((html) => !html.includes("?images=show")),
        covers: all.filter((element) => ["fixed", "absolute", "sticky"].includes(frame.contentWindow.getComputedStyle(element).position)).map((element) => element.outerHTML),
      };
    }));
  },
  owned: async (page, name) => { values[name] = await page.evaluate(() => window.OWNED ?? null); },
  axe: async (page, name) => {
    const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    // Through the debugger, past the page's Content-Security-Policy, which rightly forbids it.
    const { violations } = await page.evaluate(`${source}; axe.run()`);
    values[name] = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.target.join(" ")) }));
  },
};

async function run(page) {
  for (const step of scenario.steps) {
    const action = Object.keys(step).find((key) => key in actions);
    try {
      if (!action) throw new Error("no such step");
      await actions[action](page, step[action], step);
    } catch (error) {
      return { failed: step, error: String(error), url: page.url(), html: await page.content().catch(() => ""), values, problems, outside };
    }
  }
  return { values, url: page.url(), problems, outside };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? BROWSERS.find(existsSync),
  chromiumSandbox: false,
  args: FLAGS,
});
try {
  const context = await browser.newContext({
    viewport: { width: scenario.width ?? 1440, height: scenario.height ?? 900 },
    colorScheme: scenario.dark ? "dark" : "light",
    javaScriptEnabled: scenario.javascript ?? true,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => { problems.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  context.on("page", (opened) => problems.push(`a window: ${opened.url()}`));
  const own = new URL(scenario.base).host;
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.host !== own) outside.push(`${request.resourceType()} ${url.href}`);
  });
  const dot = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  await context.route((url) => url.protocol === "https:" && url.host !== own, (route) => route.fulfill({ contentType: "image/png", body: dot }));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // Whoever leaves a page drops what of it was still loading: that is no refusal. What a policy or a server refuses has names of its own.
    if (why === "net::ERR_ABORTED" && own.endsWith(new URL(request.url()).host)) return;
    problems.push(`${request.url()}: ${why}`);
  });
  console.log(JSON.stringify(await run(page)));
} finally {
  await browser.close();
}
