// The chat page, quicker: forms are sent without leaving the page, and answers of an adviser appear by themselves.
// Without this script the same forms work as plain posts.
import { listen, mergeLog, readPage, replace, say } from "./page.js";

const DRAFT = "loket-concept";
let following = false;
let busy = false;
let missed = false;

const field = () => document.getElementById("text");

function follow() {
  const id = document.getElementById("gesprek").dataset.conversation;
  if (!id || following) return;
  following = true;
  listen(`/api/conversations/${id}/events`, ["message", "owner"], hear);
}

// News that comes while something is being sent waits until that is done.
function hear() {
  missed = busy;
  if (!busy) refresh().catch(() => {});
}

async function refresh() {
  const response = await fetch("/", { headers: { Accept: "text/html" } });
  if (response.ok) show(await readPage(response), false);
}

function show(fresh, own) {
  const main = document.getElementById("gesprek");
  const next = fresh.getElementById("gesprek");
  const added = mergeLog(fresh);
  main.dataset.conversation = next.dataset.conversation;
  main.dataset.owner = next.dataset.owner;
  document.querySelector(".starters")?.remove();
  const boxes = [main.querySelector(".ticket-box"), next.querySelector(".ticket-box")];
  if (boxes[0] && boxes[1]) replace(".ticket-box", fresh);
  else if (boxes[1]) main.append(boxes[1]);
  else if (own) boxes[0]?.remove();
  document.querySelector(".top").replaceWith(fresh.querySelector(".top"));
  document.querySelector("h1").className = fresh.querySelector("h1").className;
  document.querySelector('label[for="text"]').textContent = fresh.querySelector('label[for="text"]').textContent;
  document.getElementById("uitleg").replaceWith(fresh.getElementById("uitleg"));
  if (!own && added.at(-1)?.classList.contains("from-adviser")) say("Er is een antwoord van een adviseur.");
  const first = added.find((message) => !message.classList.contains("from-parent")) ?? added.at(-1);
  if (first) showFrom(first, added.at(-1));
  follow();
  return added.at(-1) ?? null;
}

/** Scroll so that what was said in answer is read from its beginning: first aid comes first, and never above the screen. */
function showFrom(first, last) {
  const height = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
  if (height > innerHeight * 0.6) first.scrollIntoView({ block: "start" });
  else last.scrollIntoView({ block: "nearest" });
}

function focusOn(message) {
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
}

function showError(text, failed = false) {
  document.getElementById("text-error")?.remove();
  const error = document.createElement("p");
  error.className = "error";
  error.id = "text-error";
  error.setAttribute("role", "alert");
  error.textContent = text;
  // Whatever does not work, the numbers for danger are there.
  if (failed) error.append(document.getElementById("gevaar").content.cloneNode(true));
  document.querySelector(".composer").prepend(error);
  field().setAttribute("aria-describedby", "uitleg text-error");
}

function clearError() {
  document.getElementById("text-error")?.remove();
  field().removeAttribute("aria-invalid");
  field().setAttribute("aria-describedby", "uitleg");
}

function showOwn(text) {
  const own = document.createElement("article");
  own.className = "message from-parent provisional";
  own.innerHTML = '<h3 class="who">U</h3><div class="bubble"><p></p></div><p class="thinking hint">Even kijken…</p>';
  own.querySelector(".bubble p").textContent = text;
  document.querySelector(".log").append(own);
  own.scrollIntoView({ block: "nearest" });
  return own;
}

async function send(form, button) {
  if (busy) return;
  const typed = form.id === "typen";
  const data = new URLSearchParams(new FormData(form));
  if (button?.name) data.set(button.name, button.value);
  const text = data.get("text") ?? "";
  if (typed && !text.trim()) return showError("Typ eerst uw vraag.");
  if (typed && text.length > Number(field().dataset.max)) {
    return showError(`Uw bericht is te lang: ${text.length} tekens. Het mogen er ${field().dataset.max} zijn.`);
  }
  busy = true;
  clearError();
  const speaks = typed || form.classList.contains("choices");
  const provisional = speaks ? showOwn(typed ? text : button.textContent) : null;
  if (typed) field().value = "";
  try {
    const response = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } });
    const fresh = await readPage(response);
    provisional?.remove();
    if (!response.ok) {
      if (!fresh.getElementById("gesprek")) throw new Error(fresh.querySelector("main p")?.textContent);
      const error = fresh.querySelector(".composer .error");
      if (typed) field().value = text;
      if (error) showError(error.textContent);
      else replaceBox(fresh);
      return;
    }
    sessionStorage.removeItem(DRAFT);
    renew(fresh);
    const added = show(fresh, true);
    // The button that was pressed is gone: the focus goes to what was said, so that Tab leads to the choices below it.
    if (!typed && added && document.activeElement === document.body) focusOn(added);
  } catch (error) {
    provisional?.remove();
    if (typed) field().value = text;
    const known = error instanceof TypeError ? "" : error.message;
    showError(known || "De verbinding is weg. Uw tekst staat hier nog. Probeer het zo opnieuw.", true);
  } finally {
    busy = false;
    if (missed) hear();
    // On a phone the focus would bring up the keyboard, over the answer.
    if (typed && matchMedia("(pointer: fine)").matches) field().focus();
  }
}

function replaceBox(fresh) {
  const next = fresh.querySelector(".ticket-box");
  const old = document.querySelector(".ticket-box");
  if (next) old ? old.replaceWith(next) : document.getElementById("gesprek").append(next);
  next?.querySelector("[aria-invalid]")?.focus();
}

// Each message carries an id of its own; it is renewed only when the server has taken the message in, so that a
// second try of the same message is not a second message.
function renew(fresh) {
  for (const input of document.querySelectorAll('.composer [name="client_id"]')) {
    input.value = fresh.querySelector('.composer [name="client_id"]').value;
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/opnieuw")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="/?achterlaten"]');
  if (!link) return;
  event.preventDefault();
  fetch(link.href).then(readPage).then((fresh) => {
    replaceBox(fresh);
    document.querySelector(".ticket-box textarea, .ticket-box input")?.focus();
  }).catch(() => showError("De verbinding is weg. Probeer het zo opnieuw.", true));
});

field().addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send(document.getElementById("typen"));
  }
});
field().addEventListener("input", () => sessionStorage.setItem(DRAFT, field().value));
if (!field().value) field().value = sessionStorage.getItem(DRAFT) ?? "";
if (document.getElementById("gesprek").dataset.conversation) {
  [...document.querySelectorAll(".message")].at(-1)?.scrollIntoView({ block: "nearest" });
}
follow();
