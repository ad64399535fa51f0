// Everything here is a convenience: each page works without it.
// Panes are swapped instead of reloaded, keys move and act, drafts survive, times stay true.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
document.documentElement.classList.add("js");

// --- Panes: a link or form inside the app fetches the next page and replaces only what differs. ---

const PANES = ["#side", "#list", "#main"];
let journey = 0;

async function travel(url, options = {}, { push = true, keepList = false } = {}) {
  const mine = ++journey;
  let response;
  try {
    response = await fetch(url, { ...options, headers: { Accept: "text/html", ...options.headers } });
  } catch {
    say("You seem to be offline. Nothing was lost; try again in a moment.");
    return false;
  }
  const type = response.headers.get("content-type") ?? "";
  const page = type.startsWith("text/html") ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  if (mine !== journey) return true;
  if (!page || !$(".app", page) || !$(".app")) {
    // A page of another kind (the log-in, an error): go there, and count nothing as sent.
    location.assign(response.url);
    return false;
  }
  const scroll = $("#rows")?.scrollTop ?? 0;
  for (const pane of PANES) {
    const next = $(pane, page), now = $(pane);
    if (pane === "#list" && keepList && now && next) { now.setAttribute("role", next.getAttribute("role")); markCurrent(next); continue; }
    if (now && next) now.replaceWith(document.adoptNode(next));
    else if (now) now.remove();
    else if (next) $(".app").append(document.adoptNode(next));
  }
  $(".app").className = $(".app", page).className;
  document.title = page.title;
  if (push && response.url !== location.href) history.pushState({}, "", response.url);
  shown = address();
  if ($("#rows")) $("#rows").scrollTop = scroll;
  arrive();
  // What was asked for, what is to be mended, or what was said stands where the eye is.
  ($(".trial") ?? $(".rule-form .problem") ?? $(".settings .flash"))?.scrollIntoView({ block: "center" });
  return true;
}

function markCurrent(next) {
  const href = $(".row[aria-current]", next)?.getAttribute("href");
  for (const row of $$("#list .row")) row.toggleAttribute("aria-current", row.getAttribute("href") === href);
  for (const row of $$("#list .row[aria-current]")) row.setAttribute("aria-current", "true");
}

function say(sentence) {
  const line = $("#announce");
  line.textContent = sentence;
  line.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { line.hidden = true; }, 6000);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!link.closest(".app") || link.target || link.hasAttribute("download") || link.dataset.plain !== undefined) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || !url.pathname.startsWith("/tickets") || url.hash) return;
  event.preventDefault();
  travel(url, {}, { keepList: link.matches(".row") });
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.closest(".app") || form.dataset.plain !== undefined || form.method === "dialog") return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const buttons = $$("button", form);
  buttons.forEach((button) => { button.disabled = true; });
  const draft = $("textarea[data-draft]", form);
  let gone;
  if (form.method === "get") {
    const url = new URL(form.action);
    url.search = new URLSearchParams(body).toString();
    gone = await travel(url);
  } else {
    const [key, text] = draft ? [draftKey(draft), draft.value] : [];
    if (draft) localStorage.removeItem(key);
    const files = $("input[type=file]", form)?.files;
    const sent = form.enctype === "multipart/form-data" ? body : new URLSearchParams(body);
    gone = await travel(event.submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body: sent });
    // A page cannot bring chosen files back; this one still has them.
    const again = $("[data-again-files]");
    if (files?.length && again) { $("#reply-files").files = files; again.remove(); }
    // Not taken: the page with the reason has the text, but this machine keeps it too.
    if (draft && text.trim() && (!gone || $("[aria-invalid=true]"))) localStorage.setItem(key, text);
  }
  buttons.forEach((button) => { button.disabled = false; });
});

// A step to a place on the same page (#properties) is the browser's own business.
const address = () => location.pathname + location.search;
let shown = address();
addEventListener("popstate", () => { if (address() !== shown) travel(location.href, {}, { push: false }); });

// --- What every arriving page needs. ---

function arrive() {
  $(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  for (const row of $$("[data-order] > [data-id]")) row.draggable = true;
  for (const area of $$("textarea[data-draft]")) {
    const saved = localStorage.getItem(draftKey(area));
    if (saved && !area.value) {
      area.value = saved;
      if (area.id === "note-text" && !$("#reply-text")?.value) $("#compose-note").checked = true;
    }
  }
  const talk = $(".talk");
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target) target.scrollIntoView();
  else if (talk) talk.scrollTop = talk.scrollHeight;
  times();
}

// --- Drafts: kept on this machine as you type, forgotten once sent. Logging out clears them. ---

const draftKey = (area) => `draft:${area.dataset.draft}`;
const keep = (area) => {
  if (area.value.trim()) localStorage.setItem(draftKey(area), area.value);
  else forget(area);
};
const forget = (area) => localStorage.removeItem(draftKey(area));

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-draft]")) keep(event.target);
  event.target.closest("form.watched")?.classList.add("changed");
  $("button.save-when-changed", event.target.closest("form.watched") ?? document)?.classList.add("changed");
});

// --- Times: relative, with the exact time on hover. ---

function ago(then, now) {
  const seconds = Math.round((now - then) / 1000), abs = Math.abs(seconds);
  const [value, unit] = abs < 3570 ? [Math.max(1, Math.round(abs / 60)), "min"]
    : abs < 86400 ? [Math.round(abs / 3600), "h"] : [Math.round(abs / 86400), "d"];
  if (abs < 45) return "now";
  return seconds < 0 ? `in ${value} ${unit}` : `${value} ${unit}`;
}
function times() {
  const now = Date.now();
  for (const time of $$("time[data-ago]")) {
    const then = Date.parse(time.dateTime);
    if (now - then < 7 * 86400e3) time.textContent = ago(then, now);
  }
}
setInterval(times, 30000);

// --- Fresh numbers: the list and the sidebar move by themselves, what is being read does not. ---

async function refresh() {
  if (document.hidden || !$("#side") || !location.pathname.startsWith("/tickets")) return;
  const mine = journey;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html", "X-Refresh": "1" } });
    if (!response.ok || mine !== journey) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine !== journey) return;
    for (const id of ["#views", "#rows"]) {
      const next = $(id, page), now = $(id);
      if (!next || !now || next.innerHTML === now.innerHTML || now.contains(document.activeElement)) continue;
      const top = now.scrollTop;
      now.replaceWith(document.adoptNode(next));
      $(id).scrollTop = top;
    }
    times();
  } catch { /* offline: the next round will tell */ }
}
setInterval(refresh, 15000);
document.addEventListener("visibilitychange", refresh);

// --- Rules: another field shows the operators and values that fit; the order is changed by dragging. ---

document.addEventListener("change", async (event) => {
  const again = event.target.matches("[data-shapes]") && $("button[data-again]", event.target.form);
  if (!again) return;
  const name = event.target.name;
  again.form.requestSubmit(again);
  const seen = new MutationObserver(() => {
    const next = $(`[name="${name}"]`);
    if (next && next !== event.target) { seen.disconnect(); next.focus(); }
  });
  seen.observe(document.body, { childList: true, subtree: true });
});

// The rule as a sentence follows what is filled in.
document.addEventListener("change", async (event) => {
  const form = event.target.closest(".rule-form");
  if (!form || event.target.matches("[data-shapes]")) return;
  const body = new URLSearchParams(new FormData(form, $("button[data-again]", form)));
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
  const page = response?.ok && new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page && $("#sentence", page);
  if (next) $("#sentence")?.replaceChildren(...next.childNodes);
});

// --- Files dropped on the composer are chosen. ---

const dropped = (event) => event.dataTransfer?.types.includes("Files") && event.target.closest?.(".write-reply");
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = dropped(event);
    if (!form) return;
    form.classList.toggle("drop", kind === "dragover");
    if (kind === "dragleave") return;
    event.preventDefault();
    if (kind === "dragover") return;
    const all = new DataTransfer(), field = $("input[type=file]", form);
    for (const file of [...field.files, ...event.dataTransfer.files]) all.items.add(file);
    field.files = all.files;
  });
}

let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-order] > [data-id]");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.("[data-order] > [data-id]");
  if (!over || over === dragged) return;
  event.preventDefault();
  const { top, height } = over.getBoundingClientRect();
  over.parentNode.insertBefore(dragged, event.clientY < top + height / 2 ? over : over.nextSibling);
});
document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
document.addEventListener("dragend", () => {
  const list = dragged?.closest("[data-order]");
  dragged = null;
  if (!list) return;
  const form = list.closest("form");
  form.elements.order.value = $$("[data-id]", list).map((row) => row.dataset.id).join(",");
  form.requestSubmit();
});

// --- Keys. ---

const rows = () => $$("#list .row");
function step(by) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row === document.activeElement);
  const at = here >= 0 ? here : all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))] ?? all[0];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
function compose(kind) {
  const radio = $(`#compose-${kind}`);
  if (!radio) return;
  radio.checked = true;
  $(`#${kind}-text`).focus();
}
const KEYS = {
  j: () => step(1), k: () => step(-1), ArrowDown: null, ArrowUp: null,
  r: () => compose("reply"), n: () => compose("note"),
  a: () => $("[data-key=a]")?.click(), e: () => $("[data-key=e]")?.click(),
  "/": () => $("#search")?.focus(),
  "?": () => $("#shortcuts").showModal(),
  o: () => document.activeElement.matches(".row") && document.activeElement.click(),
  u: () => $(".back")?.click(),
};
const PLACES = { i: "inbox", m: "mine", u: "unassigned", w: "waiting", l: "late", a: "all" };
let going = 0;
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && field?.form?.matches(".write")) {
    event.preventDefault();
    field.form.requestSubmit($("button.primary", field.form));
    return;
  }
  if (event.key === "Escape" && field && !field.matches("input[type=search]")) return field.blur();
  if (field && !field.matches("input[type=radio]")) return;
  if (event.metaKey || event.ctrlKey || event.altKey || $("dialog[open]")) return;
  if (Date.now() - going < 1500 && PLACES[event.key]) {
    going = 0;
    event.preventDefault();
    return $(`[data-view=${PLACES[event.key]}]`)?.click();
  }
  if (event.key === "g") { going = Date.now(); return; }
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

addEventListener("offline", () => { $("#offline").hidden = false; });
addEventListener("online", () => { $("#offline").hidden = true; refresh(); });
arrive();
