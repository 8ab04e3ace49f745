/* Comfort for people who are signed in: times in their own zone, and an editor
 * that shows the text beside the form and keeps it until the server has it.
 *
 * Every page does all of its work without this script. It decides nothing and
 * renders nothing: what it puts in place, the server wrote. */

const viewer = document.body.dataset.viewer;
const shelf = `imprimatur/${viewer}/`;

/** How long typing pauses before anything follows it, in milliseconds. */
const PAUSE = 600;

tellTimes();
setInterval(keepTimesTrue, 60_000);
clearTheShelf();
if (document.querySelector("[data-editor]")) edit(document.querySelector("[data-editor]"));

/* Times */

/** Gives every time its moment in the reader's own zone and language. */
function tellTimes() {
  const inFull = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
  const inShort = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const since = time.title.startsWith("Since ") ? "Since " : "";
    time.title = since + inFull.format(new Date(time.dateTime));
    if (time.matches(".exact")) time.textContent = inShort.format(new Date(time.dateTime));
  }
}

/** Says anew how long ago something was, where the page says it in such words. */
function keepTimesTrue() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    if (/^(just now|\d+ (minute|hour|day)s? ago)$/.test(time.textContent)) {
      time.textContent = ago(time.dateTime);
    }
  }
}

/** Returns how long ago it was, in the words that the server has for it. */
function ago(moment) {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(moment)) / 60_000));
  const [count, unit] =
    minutes < 60 ? [minutes, "minute"]
    : minutes < 1440 ? [Math.floor(minutes / 60), "hour"]
    : [Math.floor(minutes / 1440), "day"];
  return count === 0 ? "just now" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/* The shelf: texts that this browser keeps until the server has them. Each is
 * under its author, the address of its form and the form's one-time key, so
 * that no form ever writes over the text of another. */

/** Does what a browser without storage, or with a full one, may refuse. */
function quietly(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function take(name) {
  return quietly(() => JSON.parse(localStorage.getItem(name)));
}

function put(name, text) {
  quietly(() => localStorage.setItem(name, JSON.stringify(text)));
}

function drop(name) {
  quietly(() => localStorage.removeItem(name));
}

/** Returns the names of what is kept below this one, the newest first. */
function keptBelow(start) {
  const names = quietly(() => Object.keys(localStorage)) ?? [];
  return names
    .filter((name) => name.startsWith(start) && take(name)?.at)
    .sort((one, other) => take(other).at.localeCompare(take(one).at));
}

/** Drops the text that the server says it has, and all of them on signing out. */
function clearTheShelf() {
  if ("saved" in document.body.dataset) {
    const sent = quietly(() => sessionStorage.getItem("imprimatur/sent"));
    if (sent?.startsWith(shelf)) drop(sent);
  }
  document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => {
    document.dispatchEvent(new Event("signing-out"));
    keptBelow(shelf).forEach(drop);
  });
}

/* The editor */

function edit(form) {
  const fields = [form.elements.title, form.elements.summary, form.elements.body];
  const place = `${shelf}${form.getAttribute("action")}/`;
  const own = place + form.elements.key.value;
  let typedAt = new Date();
  let pause;
  let request;
  let isSent = false;
  let isSignedOut = false;

  const isChanged = () => fields.some((field) => !isSame(field.value, field.defaultValue));
  const isUnsaved = () => "unsaved" in form.dataset || isChanged();

  form.addEventListener("input", () => {
    isSent = isSignedOut = false;
    typedAt = new Date();
    clearTimeout(pause);
    pause = setTimeout(follow, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    isSent = true;
    request?.abort();
    clearTimeout(pause);
    keep();
    if (event.submitter?.name !== "preview") {
      quietly(() => sessionStorage.setItem("imprimatur/sent", own));
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved() && !isSent) event.preventDefault();
  });
  // What was sent was kept then; a page that comes back may show what is saved.
  window.addEventListener("pagehide", () => isSent || keep());
  document.addEventListener("signing-out", () => {
    isSignedOut = true;
    clearTimeout(pause);
  });
  keep();
  offer();

  /** Keeps what was typed, then shows it. */
  function follow() {
    keep();
    preview();
  }

  /** Puts the text on the shelf while the server does not have it. */
  function keep(name = own) {
    if (isSignedOut) return;
    if (!isUnsaved() || fields.every((field) => isSame(field.value, ""))) return drop(name);
    const [title, summary, body] = fields.map((field) => field.value);
    const seen = form.elements.seen?.value;
    put(name, { title, summary, body, seen, at: typedAt.toISOString() });
  }

  /** Offers the newest text that says something else than the form. */
  function offer() {
    const notice = document.querySelector("[data-kept]");
    const others = keptBelow(place).filter((name) => name !== own);
    others.filter((name) => isHere(take(name))).forEach(drop);
    const [name] = others.filter((name) => take(name));
    notice.hidden = name === undefined;
    if (notice.hidden) return;
    const kept = take(name);
    const [time, isStale] = notice.querySelectorAll("time, span");
    time.dateTime = kept.at;
    time.textContent = ago(kept.at);
    isStale.hidden = kept.seen === form.elements.seen?.value;
    notice.onclick = ({ target }) => {
      if (target.value === "use") use(name, kept);
      else if (target.value) drop(name);
      else return;
      offer();
      form.elements.body.focus();
    };
  }

  function isHere(kept) {
    return fields.every((field) => isSame(field.value, kept[field.name]));
  }

  /** Goes on with a kept text, and keeps what it replaces in its place. It still
   * says which revision it was made from: where there is a newer one, saving
   * shows both. */
  function use(name, kept) {
    keep(name);
    typedAt = new Date(kept.at);
    for (const field of fields) field.value = kept[field.name];
    if (form.elements.seen) form.elements.seen.value = kept.seen;
    follow();
  }

  /** Lets the server render the form as it stands. A newer request ends the
   * older one, so that answers never arrive out of order. */
  async function preview() {
    request?.abort();
    const current = (request = new AbortController());
    const body = new URLSearchParams(new FormData(form));
    body.set("preview", "yes");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: current.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!current.signal.aborted) show(answer.status, page);
    } catch {
      if (!current.signal.aborted) tell("The server cannot be reached. The preview waits.");
    }
  }

  /** Puts the parts of the answer in place, or says why there are none. */
  function show(status, page) {
    const parts = { 200: ["needs", "preview"], 422: ["needs"] }[status] ?? [];
    for (const name of parts) {
      const [old, fresh] = [document, page].map((one) => one.querySelector(`[data-live="${name}"]`));
      if (old && fresh) rewrite(old, fresh);
    }
    const errors = [...page.querySelectorAll('[role="alert"] li')];
    if (status === 200) tell("Preview updated.");
    else if (status === 422 && errors.length) tell(errors.map((error) => error.textContent).join(" "));
    else if (status === 401) tell("You are signed out. Save, and sign in to go on: the text stays.");
    else if (status === 503) tell("The server is busy. The preview waits.");
    else tell("There is no preview at the moment. Saving says why.");
  }

  /** Says something once: the same words again would only be read out again. */
  function tell(words) {
    const news = form.querySelector("[data-news]");
    if (news.textContent !== words) news.textContent = words;
  }
}

/** Returns whether two texts are one to the server, which trims what it takes. */
function isSame(one, other) {
  const plain = (text) => text.replace(/\r\n?/g, "\n").trim();
  return plain(one) === plain(other);
}

/** Makes one element say what another says. What stays the same is not touched,
 * so that nothing flickers, scrolls away or loses its place. */
function rewrite(old, fresh) {
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  let tail = null;
  while (before.length && after.length && before[0].isEqualNode(after[0])) {
    before.shift();
    after.shift();
  }
  while (before.length && after.length && before.at(-1).isEqualNode(after.at(-1))) {
    tail = before.pop();
    after.pop();
  }
  if (before.length === 1 && after.length === 1 && isSameElement(before[0], after[0])) {
    return rewrite(before[0], after[0]);
  }
  for (const node of after) old.insertBefore(document.adoptNode(node), tail);
  for (const node of before) node.remove();
}

function isSameElement(one, other) {
  const shell = (node) => node.cloneNode(false);
  return one.nodeType === Node.ELEMENT_NODE && shell(one).isEqualNode(shell(other));
}
