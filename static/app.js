/* For people who are signed in: times in their own time zone, and an editor that
 * previews the text, stores it in the browser until it is saved, and writes Markdown
 * for buttons, keys and pasted text.
 *
 * Every page works without this script. It decides nothing and renders nothing: it
 * inserts what the server has rendered. */

const viewer = document.body.dataset.viewer;
const drafts = `imprimatur/${viewer}/`;

/** How many milliseconds after the last key press the preview is loaded. */
const PAUSE = 600;

localizeTimes();
countDaysHere();
setInterval(updateRelativeTimes, 60_000);
removeSavedDrafts();
if (document.querySelector("[data-editor]")) edit(document.querySelector("[data-editor]"));
document.querySelectorAll("[data-kept-for]").forEach(offerKeptText);
document.querySelectorAll("form[data-words]").forEach(warnBeforeLeaving);
document.querySelectorAll("textarea.address[readonly]").forEach(offerToCopy);
if (document.querySelector("[data-go-on]")) continueBulk(document.querySelector("[data-go-on]"));

/** Submits the form around a mark, which continues a bulk action, after a moment in which
 * the person can leave the page. */
function continueBulk(mark) {
  setTimeout(() => mark.closest("form").requestSubmit(), PAUSE);
}

/** Puts a button below a token or a link that is shown once. */
function offerToCopy(text) {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button plain small", textContent: "Copy" });
  const news = document.createElement("span");
  news.setAttribute("role", "status");
  text.after(button, " ", news);
  button.addEventListener("click", () =>
    navigator.clipboard.writeText(text.value).then(
      () => (news.textContent = "Copied."),
      () => (text.select(), (news.textContent = "Press Ctrl+C to copy.")),
    ));
}

/* The admin's list of posts: which are selected, kept from page to page of it. */

if (document.querySelector("[data-choose]")) choosePosts(document.querySelector("[data-choose]"));
else if (document.querySelector("[data-chosen-done]")) withStorage(() => sessionStorage.removeItem(`${drafts}chosen`));

function choosePosts(form) {
  const name = `${drafts}chosen`;
  const [all, none, count] = ["all", "none", ""].map((part) =>
    document.querySelector(part ? `[data-choose-${part}]` : "[data-chosen]"));
  const boxes = [...form.querySelectorAll('[name="post"]')];
  const chosen = new Set(withStorage(() => JSON.parse(sessionStorage.getItem(name))) ?? []);
  const others = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "post" }));
  for (const box of boxes) box.checked ? chosen.add(box.value) : (box.checked = chosen.has(box.value));
  all.hidden = none.hidden = count.hidden = false;
  for (const link of form.querySelectorAll("[data-unless-script]")) link.hidden = true;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  none.addEventListener("click", () => {
    chosen.clear();
    boxes.forEach((box) => (box.checked = false));
    show();
  });
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();

  function show() {
    for (const box of boxes) chosen[box.checked ? "add" : "delete"](box.value);
    const here = boxes.filter((box) => box.checked).length;
    all.checked = here === boxes.length;
    all.indeterminate = here > 0 && !all.checked;
    count.textContent = `${chosen.size} selected${chosen.size > here ? `, ${chosen.size - here} on other pages` : ""}`;
    others.value = [...chosen].filter((value) => !boxes.some((box) => box.value === value)).join(" ");
    withStorage(() => sessionStorage.setItem(name, JSON.stringify([...chosen])));
  }
}

/* Times */

/** Shows every time in the reader's own time zone and language. */
function localizeTimes() {
  const inFull = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
  const inShort = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const since = time.title.startsWith("Since ") ? "Since " : "";
    time.title = since + inFull.format(new Date(time.dateTime));
    if (time.matches(".exact")) time.textContent = inShort.format(new Date(time.dateTime));
  }
}

/** Has the days of a filter counted in the reader's own time zone, as times are shown. */
function countDaysHere() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const hint = document.querySelector("[data-zone]");
  if (!hint || !zone) return;
  hint.closest("form").elements.zone.value = zone;
  hint.querySelector("span").textContent = `your time zone, ${zone}`;
}

/** Updates the times that are relative, such as "5 minutes ago". */
function updateRelativeTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    if (/^(just now|\d+ (minute|hour|day)s? ago)$/.test(time.textContent)) {
      time.textContent = ago(time.dateTime);
    }
  }
}

/** Returns how long ago a time was, in the words of the server. */
function ago(moment) {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(moment)) / 60_000));
  const [count, unit] =
    minutes < 60 ? [minutes, "minute"]
    : minutes < 1440 ? [Math.floor(minutes / 60), "hour"]
    : [Math.floor(minutes / 1440), "day"];
  return count === 0 ? "just now" : `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/* Stored drafts: texts that this browser stores until they are saved. The name of a
 * draft has its author, the address of the form and the form's one-time key, so that
 * no form overwrites the draft of another. */

/** Runs work that fails in a browser whose storage is disabled or full. */
function withStorage(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function read(name) {
  return withStorage(() => JSON.parse(localStorage.getItem(name)));
}

/** Stores a draft, and returns whether there was room for it. */
function write(name, text) {
  return withStorage(() => localStorage.setItem(name, JSON.stringify(text)) ?? true) ?? false;
}

function remove(name) {
  withStorage(() => localStorage.removeItem(name));
}

/** Returns the names of the drafts that begin with this, newest first. */
function draftNames(start) {
  const names = withStorage(() => Object.keys(localStorage)) ?? [];
  return names
    .filter((name) => name.startsWith(start) && read(name)?.at)
    .sort((one, other) => read(other).at.localeCompare(read(one).at));
}

/** Removes the draft that the server has just saved, and all drafts on signing out. */
function removeSavedDrafts() {
  if ("saved" in document.body.dataset) {
    const sent = withStorage(() => sessionStorage.getItem("imprimatur/sent"));
    if (sent?.startsWith(drafts)) remove(sent);
  }
  const form = document.querySelector('form[action="/sign-out"]');
  form?.addEventListener("submit", async (event) => {
    const question =
      "You have unsaved text in this browser. It will be deleted if you sign out. Sign out anyway?";
    if (!draftNames(drafts).length) return;
    event.preventDefault();
    if (!confirm(question)) return;
    try {
      const body = new URLSearchParams(new FormData(form));
      const { type } = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (type !== "opaqueredirect") return form.submit();
      document.dispatchEvent(new Event("signing-out"));
      draftNames(drafts).forEach(remove);
      location.assign("/");
    } catch {
      // Nothing is removed before the server has ended the session.
      form.submit();
    }
  });
}

/** Offers the newest draft of a form that is on another page, or that is there no more:
 * then it moves to the form of a new post. */
function offerKeptText(notice) {
  const [name] = draftNames(drafts + notice.dataset.keptFor);
  notice.hidden = name === undefined;
  if (notice.hidden) return;
  const draft = read(name);
  describeDraft(notice, draft);
  const [address, key] = [name.slice(drafts.length, name.lastIndexOf("/")), name.slice(name.lastIndexOf("/") + 1)];
  if (notice.querySelector("a")) notice.querySelector("a").href = address;
  notice.onclick = ({ target }) => {
    if (target.value === "use") {
      if (!write(`${drafts}/desk/posts/create/${key}`, { ...draft, seen: undefined })) return;
      location.assign("/desk/posts/create");
    } else if (!target.value) return;
    remove(name);
    offerKeptText(notice);
  };
}

/** Tells which text a draft is. */
function describeDraft(notice, draft) {
  const [opening, time] = ["q", "time"].map((name) => notice.querySelector(name));
  opening.textContent = [draft.title, draft.summary, draft.body].find((text) => text.trim())?.trim().slice(0, 60);
  time.dateTime = draft.at;
  time.textContent = ago(draft.at);
}

/** Warns before a person leaves a form with typed text. */
function warnBeforeLeaving(form) {
  let isSent = false;
  form.addEventListener("submit", () => (isSent = true));
  window.addEventListener("pageshow", () => (isSent = false));
  window.addEventListener("beforeunload", (event) => {
    const texts = [...form.querySelectorAll("textarea")];
    if (!isSent && texts.some((text) => !isSame(text.value, text.defaultValue))) event.preventDefault();
  });
}

/* The editor */

function edit(form) {
  const fields = ["title", "summary", "body", "slug"].map((name) => form.elements[name]);
  const start = `${drafts}${form.getAttribute("action")}/`;
  const own = start + form.elements.key.value;
  let typedAt = new Date();
  let pause;
  let request;
  let isSent = false;
  let isStored = true;
  let isSignedOut = false;

  const isChanged = () => fields.some((field) => !isSame(field.value, field.defaultValue));
  const isUnsaved = () => "unsaved" in form.dataset || isChanged();

  form.addEventListener("input", () => {
    isSent = isSignedOut = false;
    typedAt = new Date();
    clearTimeout(pause);
    pause = setTimeout(storeAndPreview, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    isSent = true;
    request?.abort();
    clearTimeout(pause);
    store();
    if (event.submitter?.name !== "preview") {
      withStorage(() => sessionStorage.setItem("imprimatur/sent", own));
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved() && !isSent && !isSignedOut) event.preventDefault();
  });
  // A submitted text is stored already; a page from the cache may show the saved one.
  window.addEventListener("pagehide", () => isSent || store());
  document.addEventListener("signing-out", () => {
    isSignedOut = true;
    clearTimeout(pause);
  });
  formatting(form.elements.body);
  form.addEventListener("keydown", (event) => {
    if (!isShortcut(event, "s")) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('[name="save"]'));
  });
  for (const type of ["keyup", "click"]) {
    form.elements.body.addEventListener(type, () => followCaret(form.elements.body));
  }
  store();
  offerDraft();

  /** Stores the text and previews it. */
  function storeAndPreview() {
    store();
    preview();
  }

  /** Stores the text while it is not saved. */
  function store(name = own) {
    if (isSignedOut) return;
    if (!isUnsaved() || fields.every((field) => isSame(field.value, ""))) return remove(name);
    const [title, summary, body, slug] = fields.map((field) => field.value);
    const seen = form.elements.seen?.value;
    isStored = write(name, { title, summary, body, slug, seen, at: typedAt.toISOString() });
  }

  /** Offers the newest stored draft that differs from the form. */
  function offerDraft() {
    const notice = document.querySelector("[data-kept]");
    const others = draftNames(start).filter((name) => name !== own);
    others.filter((name) => isInForm(read(name))).forEach(remove);
    const [name] = others.filter((name) => read(name));
    notice.hidden = name === undefined;
    if (notice.hidden) return;
    const draft = read(name);
    describeDraft(notice, draft);
    notice.querySelector("span").hidden = draft.seen === form.elements.seen?.value;
    notice.onclick = ({ target }) => {
      if (target.value === "use") restore(draft);
      else if (target.value) remove(name);
      else return;
      offerDraft();
      form.elements.body.focus();
    };
  }

  function isInForm(draft) {
    return fields.every((field) => isSame(field.value, draft[field.name] ?? ""));
  }

  /** Replaces the text by a draft, and stores the replaced text under a name of its
   * own: the draft may be that of another tab, which still writes it. The draft
   * keeps the revision that it was made from: if there is a newer one, saving shows
   * both. */
  function restore(draft) {
    store(`${own}.${Date.now()}`);
    typedAt = new Date(draft.at);
    for (const field of fields) field.value = draft[field.name] ?? "";
    if (form.elements.seen) form.elements.seen.value = draft.seen;
    storeAndPreview();
  }

  /** Loads the preview from the server. A new request aborts the earlier one, so that
   * responses cannot arrive out of order. */
  async function preview() {
    request?.abort();
    const current = (request = new AbortController());
    const body = new URLSearchParams(new FormData(form));
    body.set("preview", "yes");
    try {
      const response = await fetch(form.action, { method: "POST", body, signal: current.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!current.signal.aborted) insert(response.status, page);
    } catch {
      const kept = isStored ? "Your text is kept in this browser." : "Do not close this page: your text is not kept in this browser.";
      if (!current.signal.aborted) announce(`No connection. ${kept} The preview will update when you are back online.`, true);
    }
  }

  /** Inserts the parts of the response, or tells why there are none. */
  function insert(status, page) {
    const parts = { 200: ["stale", "address", "needs", "preview"], 422: ["stale", "address", "needs"] }[status] ?? [];
    for (const name of parts) {
      const [old, fresh] = [document, page].map((one) => one.querySelector(`[data-live="${name}"]`));
      if (old && fresh) update(old, fresh);
    }
    if (document.activeElement === form.elements.body) followCaret(form.elements.body);
    const errors = [...page.querySelectorAll('[role="alert"] li')];
    if (status === 200) announce("Preview updated.");
    else if (status === 422 && errors.length) announce(errors.map((error) => error.textContent).join(" "));
    else if (status === 401) announce("You have been signed out. Press Save, then sign in: your text is kept.", true);
    else if (status === 503) announce("The server is busy. The preview will update shortly.");
    else announce("The preview is not available. Press Save to see why.");
  }

  /** Announces a message. A repeated one is left, or it would be read out again. */
  function announce(words, isWarning = false) {
    const news = form.querySelector("[data-news]");
    news.classList.toggle("notice", isWarning);
    if (news.textContent !== words) news.textContent = words;
  }
}

/** Scrolls the preview beside the form to the words at the caret. */
function followCaret(body) {
  const preview = document.getElementById("preview");
  const prose = preview.querySelector(".prose");
  if (!prose || preview.scrollHeight <= preview.clientHeight) return;
  const plain = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "");
  const before = body.value.slice(0, body.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1) + body.value.slice(body.selectionStart).split("\n")[0];
  const words = plain(line.replace(/\]\([^)]*\)/g, "")).slice(0, 40);
  const expected = (before.length / Math.max(1, body.value.length)) * prose.offsetHeight;
  const top = (block) => block.getBoundingClientRect().top - prose.getBoundingClientRect().top;
  const blocks = [...prose.querySelectorAll("p, li, h2, h3, h4, h5, h6, pre, td, th")];
  const [found] = blocks
    .filter((block) => words && plain(block.textContent).includes(words))
    .sort((one, other) => Math.abs(top(one) - expected) - Math.abs(top(other) - expected));
  const place = prose.getBoundingClientRect().top - preview.getBoundingClientRect().top + (found ? top(found) : expected);
  const isVisible = place > 0 && place < preview.clientHeight - 48;
  if (!isVisible) preview.scrollTop += place - preview.clientHeight / 3;
}

/* Markdown: buttons, keys and pasted text. All of it is inserted as if it was typed,
 * so that the browser can undo it. */

const isShortcut = (event, key) =>
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key;

function formatting(body) {
  const buttons = document.querySelector("[data-marks]");
  buttons.hidden = false;
  buttons.addEventListener("click", ({ target }) => target.value && mark(body, target.value));
  body.addEventListener("keydown", (event) => {
    const [name] = Object.entries({ bold: "b", italic: "i", link: "k" }).find(([, key]) => isShortcut(event, key)) ?? [];
    if (!name) return;
    event.preventDefault();
    mark(body, name);
  });
  body.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html");
    const text = html && markdownOf(html);
    if (!text) return;
    event.preventDefault();
    type(body, text);
  });
}

/** Inserts a text in place of the selection. */
function type(field, text) {
  field.focus();
  // The only way that the browser can undo.
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Marks the selection, or takes the mark away. */
function mark(body, name) {
  if (name === "heading" || name === "list") return markLines(body, name === "list" ? "- " : "## ");
  const { value, selectionStart: start, selectionEnd: end } = body;
  const selected = value.slice(start, end);
  if (name === "link") {
    const isAddress = /^https?:\/\/\S+$/.test(selected);
    type(body, isAddress ? `[](${selected})` : `[${selected}](https://)`);
    // The caret goes to what is still to be written.
    const caret = isAddress ? start + 1 : selected ? start + selected.length + 11 : start + 1;
    return body.setSelectionRange(caret, caret);
  }
  const sign = name === "bold" ? "**" : "*";
  const isMarked = value.slice(0, start).endsWith(sign) && value.slice(end).startsWith(sign);
  if (isMarked && (sign === "**" || !value.slice(0, start).endsWith("**"))) {
    body.setSelectionRange(start - sign.length, end + sign.length);
    type(body, selected);
    return body.setSelectionRange(start - sign.length, end - sign.length);
  }
  type(body, sign + selected + sign);
  body.setSelectionRange(start + sign.length, end + sign.length);
}

/** Begins every selected line with a mark, or takes it away if all have it. */
function markLines(body, sign) {
  const start = body.value.lastIndexOf("\n", body.selectionStart - 1) + 1;
  const next = body.value.indexOf("\n", body.selectionEnd);
  body.setSelectionRange(start, next < 0 ? body.value.length : next);
  const lines = body.value.slice(start, body.selectionEnd).split("\n");
  const isMarked = lines.every((line) => line.startsWith(sign));
  type(body, lines.map((line) => (isMarked ? line.slice(sign.length) : sign + line)).join("\n"));
}

/** Returns rich text as Markdown, or nothing where it has no marks that Markdown has. */
function markdownOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const rich = "a[href], em, i, strong, b, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, [style*=italic], [style*=bold], [style*='weight:7'], [style*='weight: 7']";
  if (!page.body.querySelector(rich)) return "";
  return blocksOf(page.body).replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
}

const BLOCKS = /^(P|DIV|UL|OL|LI|H[1-6]|BLOCKQUOTE|PRE|TABLE|TBODY|THEAD|TR|SECTION|ARTICLE|HEADER|FOOTER|MAIN|FIGURE|FIGCAPTION|HR|DL|DT|DD)$/;

/** Returns the blocks of an element. Consecutive inline nodes are a paragraph. */
function blocksOf(parent) {
  const blocks = [];
  let inline = "";
  const flush = () => {
    const text = inline.replace(/[ \t]*\n[ \t]*/g, "\n").trim();
    if (text) blocks.push(text.replace(/^(#+|[-+>]|\d+[.)])(?=\s)/gm, "\\$1"));
    inline = "";
  };
  for (const node of parent.childNodes) {
    const hasBlocks = node.nodeType === 1 && [...node.querySelectorAll("*")].some((inner) => BLOCKS.test(inner.tagName));
    if (node.nodeType === 1 && (BLOCKS.test(node.tagName) || hasBlocks)) {
      flush();
      blocks.push(blockOf(node));
    } else {
      inline += inlineOf(node);
    }
  }
  flush();
  return blocks.filter(Boolean).join("\n\n");
}

function blockOf(node) {
  const name = node.tagName;
  if (/^H[1-6]$/.test(name)) {
    const words = inlineOf(node).replace(/\s+/g, " ").trim();
    return words && `${"#".repeat(Math.max(2, name[1]))} ${words}`;
  }
  if (name === "UL" || name === "OL") return listOf(node);
  if (name === "PRE") return "```\n" + node.textContent.replace(/\n$/, "") + "\n```";
  if (name === "HR") return "---";
  const inner = blocksOf(node);
  return name === "BLOCKQUOTE" ? inner.replace(/^/gm, "> ") : inner;
}

function listOf(list) {
  let number = list.start ?? 1;
  let text = "";
  for (const item of list.children) {
    if (!/^(LI|UL|OL)$/.test(item.tagName)) continue;
    const sign = list.tagName === "OL" ? `${number}. ` : "- ";
    if (item.tagName === "LI") {
      number += 1;
      const inner = blocksOf(item).replace(/\n\n(?=\s*(- |\d+\. ))/g, "\n");
      text += sign + inner.replace(/\n(?=.)/g, "\n" + " ".repeat(sign.length)) + "\n";
    } else {
      // Some programs put a nested list beside its item.
      text += listOf(item).replace(/^/gm, " ".repeat(sign.length)) + "\n";
    }
  }
  return text.trimEnd();
}

/** Returns the words of a node with their marks. */
function inlineOf(node) {
  if (node.nodeType === 3) return node.data.replace(/[\s\u00a0]+/g, " ").replace(/[\\`*[\]<]/g, "\\$&");
  if (node.nodeType !== 1 || /^(STYLE|SCRIPT|META|TITLE)$/.test(node.tagName)) return "";
  if (node.tagName === "BR") return "  \n";
  if (node.tagName === "CODE") return "`" + node.textContent + "`";
  if (node.tagName === "IMG") return /^https:/.test(node.src) ? `![${node.alt}](${node.src})` : node.alt;
  const inner = [...node.childNodes].map(inlineOf).join("");
  // The policy for styles keeps the browser from reading them.
  const style = node.getAttribute("style") ?? "";
  const [, weight] = /font-weight:\s*(\w+)/.exec(style) ?? [];
  const [, slant] = /font-style:\s*(\w+)/.exec(style) ?? [];
  const isBold = weight ? /^(bold|[6-9]00)/.test(weight) : /^(B|STRONG)$/.test(node.tagName);
  const isItalic = slant ? slant === "italic" : /^(I|EM)$/.test(node.tagName);
  const isHeading = node.closest("h1, h2, h3, h4, h5, h6");
  const signs = (isBold && !isHeading ? "**" : "") + (isItalic ? "*" : "");
  const marked = wrap(inner, signs, [...signs].reverse().join(""));
  const address = node.tagName === "A" ? node.getAttribute("href") ?? "" : "";
  return /^(https?|mailto):/.test(address) ? wrap(marked, "[", `](${address.replace(/[\s()<>]/g, encodeURIComponent)})`) : marked;
}

/** Puts marks around the words, and not around the spaces beside them. */
function wrap(text, opening, closing) {
  const words = text.trim();
  return words ? text.replace(words, () => opening + words + closing) : text;
}

/** Returns whether two texts are the same to the server, which trims them. */
function isSame(one, other) {
  const plain = (text) => text.replace(/\r\n?/g, "\n").trim();
  return plain(one) === plain(other);
}

/** Updates an element to another's content. Unchanged nodes stay in place, so that
 * nothing flickers or scrolls. */
function update(old, fresh) {
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
    return update(before[0], after[0]);
  }
  for (const node of after) old.insertBefore(document.adoptNode(node), tail);
  for (const node of before) node.remove();
}

function isSameElement(one, other) {
  const shell = (node) => node.cloneNode(false);
  return one.nodeType === Node.ELEMENT_NODE && shell(one).isEqualNode(shell(other));
}
