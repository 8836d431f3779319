// What the pages share: fetch a page, take over what is new in it, and listen for news.

/** Parse a page that the server sent. */
export async function readPage(response) {
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Replace an element by its counterpart in a fresh page, unless somebody is typing in it. */
export function replace(selector, fresh) {
  const old = document.querySelector(selector);
  const next = fresh.querySelector(selector);
  if (old && next && !old.contains(document.activeElement)) old.replaceWith(next);
}

/** Take over the messages of a fresh page: new ones are added at the end (a log announces them once), old ones brought up to date. Returns the new ones. */
export function mergeLog(fresh) {
  const log = document.querySelector(".log");
  const added = [];
  // The greeting of a page without a conversation gets its number when the conversation begins.
  const first = fresh.querySelector(".log > .message");
  const greeting = document.getElementById("bericht-0");
  if (greeting && first && first.id !== greeting.id) {
    greeting.id = first.id;
    greeting.dataset.id = first.dataset.id;
  }
  for (const message of fresh.querySelectorAll(".log > .message")) {
    const old = document.getElementById(message.id);
    if (!old) {
      log.querySelector("#laatste") ? log.querySelector("#laatste").before(message) : log.append(message);
      added.push(message);
    } else if (old.innerHTML !== message.innerHTML) {
      // Only the controls below a bubble change; the text stays in place, so that it is not read out again.
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      for (const part of old.querySelectorAll(":scope > .choices, :scope > .verdict")) part.remove();
      old.append(...message.querySelectorAll(":scope > .choices, :scope > .verdict"));
      // Who stands on a button that is there again stays on it.
      if (focused?.name && !focused.isConnected) {
        const same = `:is(.choices, .verdict) [name="${focused.name}"][value="${CSS.escape(focused.value)}"]`;
        old.querySelector(same)?.focus({ preventScroll: true });
      }
    }
  }
  return added;
}

// Who has to leave at once is taken elsewhere, and the button "back" does not lead here again.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-leave]");
  if (!link) return;
  event.preventDefault();
  document.body.hidden = true;
  location.replace(link.href);
});

const TRY_AGAIN_MS = 60_000;

/** Call `heard` at every event of a server-sent stream, until the server says that it has ended.
 *
 * The browser reconnects by itself, but not after a refusal: then this tries again a minute later. */
export function listen(url, names, heard) {
  const source = new EventSource(url);
  for (const name of names) source.addEventListener(name, heard);
  source.addEventListener("ended", () => source.close());
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, TRY_AGAIN_MS, url, names, heard);
  });
}

export function say(text) {
  const status = document.getElementById("melding");
  if (status) status.textContent = text;
}
