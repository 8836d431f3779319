// A ticket's page: answers are inserted where the cursor is, drafts keep themselves, the claim stays while the page is open.
import { say } from "./page.js";

const ALIVE_EVERY = 30_000;
const REST = 1200;
const page = location.pathname;
const answer = document.querySelector("#antwoord-form textarea");

const post = (what, data = {}) =>
  fetch(`${page}/${what}`, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });

function state(text) {
  const line = document.getElementById("concept-stand");
  if (line) line.textContent = text;
}

let resting = 0;
let saved = answer?.value;
let sending = false;
const unsaved = () => answer && !sending && answer.value !== saved;

async function keep() {
  if (!unsaved()) return;
  const text = answer.value;
  try {
    const response = await post("concept", { text });
    if (response.type !== "opaqueredirect" && !response.ok) throw new Error();
    saved = text;
    const now = new Date();
    state(`Concept bewaard om ${now.getHours()}.${String(now.getMinutes()).padStart(2, "0")}.`);
  } catch {
    state("Het concept kon niet worden bewaard. Uw tekst staat hier nog.");
  }
}

if (answer) {
  answer.addEventListener("input", () => {
    clearTimeout(resting);
    resting = setTimeout(keep, REST);
  });
  answer.addEventListener("blur", keep);
  answer.form.addEventListener("submit", () => {
    clearTimeout(resting);
    sending = true;
  });
  addEventListener("pagehide", () => {
    if (unsaved()) navigator.sendBeacon(`${page}/concept`, new URLSearchParams({ text: answer.value }));
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button || !answer) return;
  event.preventDefault();
  const before = answer.value.slice(0, answer.selectionStart).trimEnd();
  const after = answer.value.slice(answer.selectionEnd).trimStart();
  const head = before ? `${before}\n\n${button.dataset.insert}` : button.dataset.insert;
  answer.value = after ? `${head}\n\n${after}` : head;
  answer.focus();
  answer.setSelectionRange(head.length, head.length);
  answer.dispatchEvent(new Event("input"));
  say("Ingevoegd in uw antwoord.");
});

async function alive() {
  if (document.hidden) return;
  const response = await post("open");
  if (!response.ok) return;
  const { mine, others } = await response.json();
  const line = document.getElementById("aanwezig");
  const text = others.length ? `Kijkt ook mee: ${others.join(", ")}.` : "";
  if (line.textContent.trim() !== text) line.textContent = text;
  line.hidden = !others.length;
  if (answer && !mine) {
    const alarm = document.getElementById("alarm");
    alarm.hidden = false;
    alarm.textContent = "Een collega heeft deze vraag nu. Uw tekst is bewaard als concept.";
    keep();
  }
}
setInterval(() => alive().catch(() => {}), ALIVE_EVERY);
document.addEventListener("visibilitychange", () => alive().catch(() => {}));
