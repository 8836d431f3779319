// The telephone form: while the adviser types, the assistant reads along and the answers appear beside it.
import { readPage } from "./page.js";

const REST = 500;
const form = document.getElementById("bellen");
const question = document.getElementById("question");
const touched = new Set();
let resting = 0;
let asked = 0;

for (const name of ["sector", "intent"]) {
  document.getElementById(name).addEventListener("change", () => touched.add(name));
}

async function suggest() {
  const turn = ++asked;
  const response = await fetch("/balie/bellen/voorstel", { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!response.ok || turn !== asked) return;
  const fresh = await readPage(response);
  const status = fresh.getElementById("thema").innerHTML;
  const line = document.getElementById("thema");
  if (line.innerHTML !== status) line.innerHTML = status;
  for (const old of document.querySelectorAll("#voorstel details")) old.remove();
  document.getElementById("voorstel").append(...fresh.querySelectorAll("#voorstel details"));
  // What the adviser chose stays.
  for (const name of ["sector", "intent"]) {
    if (!touched.has(name)) document.getElementById(name).value = fresh.getElementById(name).dataset.found;
  }
}

question.addEventListener("input", () => {
  clearTimeout(resting);
  // What was found before must not hold back what is found now.
  for (const name of ["sector", "intent"]) if (!touched.has(name)) document.getElementById(name).value = "";
  resting = setTimeout(() => suggest().catch(() => {}), REST);
});
