// The desk: pages renew themselves without taking the focus or what is being typed, and keys do what buttons do.
import { listen, mergeLog, readPage, say } from "./page.js";

const KEEP = 400;
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const OFF = "balie-toetsen-uit";

const rows = () => [...document.querySelectorAll(".tickets tbody tr")];
const urgent = () => new Set(rows().filter((row) => row.classList.contains("urgent")).map((row) => row.dataset.ticket));

/** Replace what is marked as alive, unless the focus is in it. An element keeps its place, so that a reader does not jump. */
function renew(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (!next || old.innerHTML === next.innerHTML) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    if (focused?.matches(TYPING)) continue;
    const at = focused?.getAttribute("href");
    old.innerHTML = next.innerHTML;
    old.hidden = next.hidden;
    if (at) [...old.querySelectorAll("a")].find((link) => link.getAttribute("href") === at)?.focus({ preventScroll: true });
  }
}

function alarm(text) {
  const bar = document.getElementById("alarm");
  if (!bar) return;
  bar.hidden = false;
  bar.textContent = text;
}

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const fresh = await readPage(response);
  if (fresh.querySelector(".log")) {
    if (mergeLog(fresh).some((message) => message.classList.contains("from-parent"))) say("Er is een nieuw bericht van de ouder.");
    return renew(fresh);
  }
  const [before, known] = [rows().length, urgent()];
  renew(fresh);
  document.title = fresh.title;
  if ([...urgent()].some((id) => !known.has(id))) alarm("Er is een nieuwe dringende vraag. Die staat bovenaan.");
  else if (rows().length > before) say(`Er is een nieuwe vraag. Nu ${rows().length} in deze lijst.`);
}

let waiting = 0;
if (document.querySelector("[data-live]")) {
  const open = location.pathname.match(/\/vragen\/(\d+)$/)?.[1];
  listen(open ? `/balie/events?vraag=${open}` : "/balie/events", ["changed"], () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh().catch(() => {}), KEEP);
  });
}

// What is changed after it was sent is another form: under the old id it would be taken for a second click.
document.addEventListener("submit", ({ target }) => {
  target.dataset.sent = "";
});
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (form?.dataset.sent === undefined) return;
  delete form.dataset.sent;
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");
  const action = form.getAttribute("action") ?? "";
  form.setAttribute("action", action.replace(/formulier=[\w-]+/, `formulier=${fresh}`));
});

function step(by) {
  const links = rows().map((row) => row.querySelector("th a, button")).filter(Boolean);
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

function help() {
  const dialog = document.getElementById("hulp");
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  const typing = event.target.matches(TYPING);
  const digit = event.code.match(/^Digit([1-5])$/)?.[1];
  if (event.altKey ? !digit : typing || localStorage.getItem(OFF)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.altKey ? digit : event.key;
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "?") help();
  else if (target) target.matches(TYPING) ? target.focus() : target.click();
  else return;
  event.preventDefault();
});

document.getElementById("hulp-link")?.addEventListener("click", (event) => {
  event.preventDefault();
  help();
});
const keys = document.getElementById("toetsen-aan");
if (keys) {
  keys.checked = !localStorage.getItem(OFF);
  keys.addEventListener("change", () => (keys.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
for (const button of document.querySelectorAll(".no-script")) button.hidden = true;
