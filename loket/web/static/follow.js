// The follow-up page: look for news every so often, without taking the focus or the text that is being typed.
import { mergeLog, readPage, replace } from "./page.js";

const EVERY = 5000;

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = await readPage(response);
  mergeLog(fresh);
  replace("#stand", fresh);
}

setInterval(() => refresh().catch(() => {}), EVERY);
document.addEventListener("visibilitychange", () => refresh().catch(() => {}));
