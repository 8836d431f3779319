// The desk: the work list and an open conversation renew themselves; focus and typed text stay where they are.
import { listen, mergeLog, readPage, replace, say } from "./page.js";

const KEEP = 400;
const answer = document.querySelector(".composer textarea");
const draft = answer && `balie-concept-${location.pathname}`;

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const fresh = await readPage(response);
  if (fresh.querySelector(".log")) {
    if (mergeLog(fresh)) say("Er is een nieuw bericht van de ouder.");
    return replace("aside", fresh);
  }
  const before = document.querySelectorAll(".tickets tbody tr").length;
  replace("#werklijst", fresh);
  document.title = fresh.title;
  const now = document.querySelectorAll(".tickets tbody tr").length;
  if (now > before) say(`Er is een nieuwe vraag. Nu ${now} open vragen.`);
}

let waiting = 0;
listen("/balie/events", ["changed"], () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => {}), KEEP);
});

if (answer) {
  if (!answer.value) answer.value = sessionStorage.getItem(draft) ?? "";
  answer.addEventListener("input", () => sessionStorage.setItem(draft, answer.value));
  answer.form.addEventListener("submit", () => sessionStorage.removeItem(draft));
}
