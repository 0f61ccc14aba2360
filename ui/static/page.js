// What the page does by itself: marking words, keys, light and dark, keeping the place in the conversation.
// Everything that changes what is known goes to the server; see PRESS in ui/desk.py.
window.sayso = (() => {
  const find = selector => document.querySelector(selector);
  const points = text => [...text].length; // the server counts code points, the browser UTF-16 units
  let marks = [];
  let home = null; // the example that the marks are in
  let taken = ""; // the selection that was counted last
  let sticking = true; // whether the conversation is scrolled to its end
  let seen = "";
  let lastOpened = null; // menus or changes that were opened in the conversation
  let pressing = false;
  let later = 0;
  let sending = ""; // what the marks were sent with: "menus" or "message"; they go once that has arrived
  const parts = window.saysoParts; // marked in outputs; see parts.js
  const drafts = new Map(); // what was changed in open menus and not sent yet, by menu and field
  const FIELDS = "#log [data-form] :is(input, select), #example .cell :is(input, select)";
  let focused = null; // the name of the field that is written in
  const unfolded = new Set(); // outputs whose edit field is open

  // --- words marked in the example are evidence for what is said next

  /** The innermost element whose text is the example's text: what offsets count in. */
  function source() {
    const section = find("#example [data-text]");
    const text = section?.dataset.text?.replace(/\r\n?/g, "\n");
    if (!text) return null;
    const whole = [...section.querySelectorAll(".view, .view *")].filter(one => one.textContent === text);
    return whole.length ? whole[whole.length - 1] : null;
  }

  function mark() {
    const chosen = document.getSelection();
    const within = source();
    if (!chosen || chosen.isCollapsed || !chosen.rangeCount) { taken = ""; return; }
    if (!within) return;
    const range = chosen.getRangeAt(0);
    if (!within.contains(range.startContainer) || !within.contains(range.endContainer)) return;
    const text = range.toString().trim();
    if (!text) return;
    const before = document.createRange();
    before.setStart(within, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const blank = range.toString().length - range.toString().trimStart().length;
    const start = points(before.toString()) + blank;
    const piece = { text, start, end: start + points(text) };
    // a selection that stays where it is counts once: its chip may have been taken away meanwhile
    const whole = `${piece.start} ${piece.end}`;
    if (whole === taken) return;
    taken = whole;
    marks = [...marks.filter(one => one.end <= piece.start || one.start >= piece.end), piece].slice(-6);
    home = find("#example [data-example]").dataset.example;
    show();
  }

  function show() {
    const place = find("#evidence");
    if (!place) return;
    place.replaceChildren();
    const chips = parts.chips();
    const some = marks.length + chips.length > 0;
    const says = document.createElement("span");
    const hint = find("#example .cell :is([data-part], [data-atom])")
      ? `Click ${find("#example .cell [data-atom]") ? "atoms" : "parts"}, or circle them, to talk about just these.`
      : source() ? "Mark words in the example to give them as a reason." : "";
    says.textContent = some ? "Evidence" : hint;
    if (!chips.length) place.append(says); // what the chips of parts are is plain, and the place is narrow
    marks.forEach((piece, index) => chip(`“${piece.text}”`, () => marks.splice(index, 1)));
    chips.forEach(one => chip(one.text, () => parts.clear(one.target)));
    if (chips.length) ["This must stay", "Lose this"].forEach(words => place.append(quick(words)));
    place.classList.toggle("some", some);
    paintMarks();
  }

  /** Something marked, which a press takes away. */
  function chip(text, away) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "piece";
    made.title = "Take it away";
    made.dir = "auto";
    made.textContent = `${text} ×`;
    made.onclick = () => { away(); show(); };
    find("#evidence").append(made);
  }

  /** A button that says its own words about what is marked. */
  function quick(words) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "about";
    made.textContent = words;
    Object.assign(made.dataset, { act: "say", value: words, about: "" });
    return made;
  }

  function paintMarks() {
    if (!window.Highlight) return;
    const within = source();
    CSS.highlights.set("evidence", new Highlight(...(within ? marks.map(piece => rangeOf(within, piece)) : [])));
  }

  function rangeOf(within, piece) {
    const range = document.createRange();
    const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const here = [...node.data];
      const unit = offset => here.slice(0, offset - at).join("").length;
      if (piece.start >= at && piece.start <= at + here.length) range.setStart(node, unit(piece.start));
      if (piece.end > at && piece.end <= at + here.length) range.setEnd(node, unit(piece.end));
      at += here.length;
    }
    return range;
  }

  function clear() { marks = []; parts.clear(); show(); }

  function marked() { return JSON.stringify([...marks, ...parts.list()]); }

  parts.onchange(show);

  // --- what the server painted

  function painted(element) {
    element.querySelectorAll("select[data-value], input[data-value]").forEach(settle);
    if (element.querySelector(".bar")) theme(localStorage.getItem("sayso-theme"));
    const section = element.querySelector("[data-example]");
    if (section && section.dataset.example !== home) { home = section.dataset.example; marks = []; }
    if (section) { parts.paint(); unfold(section); show(); look(section.dataset.output); }
    const log = element.querySelector(".log");
    if (log) stick(log);
    redraft(element);
  }

  /** A field shows what the server said, unless somebody is changing it. */
  function settle(field) {
    if (field.settled === field.dataset.value && !field.dataset.act) return;
    if (field.tagName === "INPUT" && field === document.activeElement) return;
    field.settled = field.dataset.value;
    field.value = field.dataset.value;
  }

  function stick(log) {
    const newest = log.lastElementChild?.dataset.seq ?? "";
    const mine = [...log.querySelectorAll(".person")].pop()?.dataset.seq ?? "";
    const now = `${newest} ${mine}`;
    if (sending === "message" && mine !== seen.split(" ")[1]) { sending = ""; clear(); }
    if (now !== seen && (sticking || mine !== seen.split(" ")[1])) log.scrollTop = log.scrollHeight;
    seen = now;
    const opened = log.querySelector(".menus") ?? log.querySelector(".changes");
    if (sending === "menus" && !opened?.matches(".menus")) { sending = ""; clear(); }
    if (opened && opened !== lastOpened) opened.scrollIntoView({ block: "nearest" });
    lastOpened = opened;
  }

  /** What a button is about: the fields beside it, or what is marked. */
  function form(pressed) {
    if ("picks" in pressed.dataset) {
      const ticked = [...document.querySelectorAll("#found input[name=pick]:checked")].map(one => one.value);
      return { picks: ticked, label: find("#found [name=label]")?.value ?? "" };
    }
    if ("about" in pressed.dataset) { sending = "message"; return { marked: marked() }; }
    const fields = pressed.closest("[data-form]");
    if (fields && "fields" in pressed.dataset) {
      return Object.fromEntries([...fields.querySelectorAll("[name]")].map(field => [field.name, field.value]));
    }
    if (!fields || pressed.dataset.act !== "corrected") return {};
    const given = { keep: [], target: [], marked: marked() };
    fields.querySelectorAll("input[name], select[name]").forEach(field => {
      if (field.type !== "checkbox") given[field.name] = field.value;
      else if (field.checked) (given[field.name] ??= []).push(field.value);
    });
    sending = "menus";
    return given;
  }

  // --- what a person opened or began outlives the next painting

  /** Names a field of open menus, or of an open cell, across paintings; null for any other field. */
  function name(field) {
    const apply = field.closest?.("[data-form]")?.querySelector("[data-act=corrected]");
    const about = apply ? `${apply.dataset.reading} ${apply.dataset.point}` : field.closest?.(".cell")?.dataset.same;
    return about ? [about, field.name, field.type === "checkbox" ? field.value : ""].join(" ") : null;
  }

  function draft(event) {
    const known = name(event.target);
    if (known) drafts.set(known, event.target.type === "checkbox" ? event.target.checked : event.target.value);
  }

  /** Give fields that were painted anew what was written in them, and the one that was written in the focus. */
  function redraft(element) {
    const there = new Map([...document.querySelectorAll(FIELDS)].map(field => [name(field), field]));
    [...drafts.keys()].forEach(known => { if (!there.has(known)) drafts.delete(known); });
    drafts.forEach((value, known) => {
      const field = there.get(known);
      if (element.contains(field)) field[field.type === "checkbox" ? "checked" : "value"] = value;
    });
    const field = there.get(focused);
    if (!field || !element.contains(field) || document.activeElement !== document.body) return;
    field.focus();
    if (field.type === "text") field.setSelectionRange(field.value.length, field.value.length);
  }

  function unfold(section) {
    section.querySelectorAll(".cell details").forEach(one => {
      one.open = unfolded.has(one.closest(".cell").dataset.same);
    });
  }

  document.addEventListener("input", draft);
  document.addEventListener("focusin", event => { focused = name(event.target); });
  document.addEventListener("toggle", event => {
    const same = event.target.closest?.(".cell")?.dataset.same;
    if (same) unfolded[event.target.open ? "add" : "delete"](same);
  }, true);

  // --- traces: what was copied, and how long an answer was looked at; where they are switched off, no output is named

  let looked = null; // the answer on screen, and since when it is seen

  function trace(kind, output, value = "") {
    const button = find("#traces button");
    if (!button || !output) return;
    Object.assign(button.dataset, { kind, output, value });
    button.click();
  }

  function look(output) {
    if (looked?.output === output) return;
    if (looked) trace("seconds", looked.output, String(Math.round(spent())));
    looked = output ? { output, seconds: 0, since: performance.now() } : null;
  }

  /** Seconds for which the answer was in sight. */
  function spent() {
    return looked.seconds + (looked.since === null ? 0 : (performance.now() - looked.since) / 1000);
  }

  document.addEventListener("visibilitychange", () => {
    if (looked) Object.assign(looked, { seconds: spent(), since: document.hidden ? null : performance.now() });
  });
  document.addEventListener("copy", event => {
    if (looked && event.target.closest?.("#example")) trace("copied", looked.output);
  });

  // --- light, dark, keys

  function theme(chosen) {
    if (chosen) document.body.classList.toggle("dark", chosen === "dark");
  }

  function here(pressed) {
    const act = pressed.dataset.here;
    if (act === "keys") find("#keys").showModal();
    if (act === "close") find("#keys").close();
    if (act === "tick-all" || act === "tick-none") {
      document.querySelectorAll("#found input[name=pick]:enabled").forEach(one => { one.checked = act === "tick-all"; });
      ticked();
    }
    if (act === "theme") {
      const chosen = document.body.classList.contains("dark") ? "light" : "dark";
      localStorage.setItem("sayso-theme", chosen);
      theme(chosen);
    }
  }

  /** Say how many are ticked. */
  function ticked() {
    const number = document.querySelectorAll("#found input[name=pick]:checked").length;
    const says = find("#found .ticked");
    if (says) says.textContent = number ? `${number} ticked` : "none ticked";
  }

  const ANSWER = "#example :is(.answer, .cell:hover, .cell:focus-within) .thumb"; // in a grid the one pointed at
  const KEYS = {
    n: "#quick [data-act=next]", t: "#quick [data-act=learn]", u: "#quick [data-act=undo-last]",
    l: "#quick [data-act=explain]", w: "#quick [data-act=work]", "+": ANSWER + ".up", "=": ANSWER + ".up", "-": ANSWER + ".down",
  };

  function key(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (event.key === "Escape" && typing) typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    if (event.key === "?") { find("#keys").showModal(); event.preventDefault(); return; }
    const chat = find("#quick")?.offsetParent;
    if (event.key === "/" && chat) { find("#box textarea")?.focus(); event.preventDefault(); }
    // where a tab's buttons name their keys
    const named = [...document.querySelectorAll("button[data-key]")];
    const meant = named.find(one => one.dataset.key === event.key && one.offsetParent);
    if (!event.repeat && meant) { meant.click(); event.preventDefault(); return; }
    if (!event.repeat && chat && KEYS[event.key]) find(KEYS[event.key])?.click();
  }

  document.addEventListener("keydown", key);
  document.addEventListener("pointerdown", event => {
    pressing = true;
    if (event.button === 0 && source()?.contains(event.target)) taken = ""; // marking anew, be it the same words
    if (!name(event.target)) focused = null;
  });
  document.addEventListener("pointercancel", () => { pressing = false; });
  document.addEventListener("pointerup", () => { pressing = false; setTimeout(mark, 10); });
  // fingers move the handles of a selection without any pointer event
  document.addEventListener("selectionchange", () => {
    clearTimeout(later);
    if (document.getSelection()?.isCollapsed) taken = "";
    later = setTimeout(() => { if (!pressing) mark(); }, 500);
  });
  document.addEventListener("click", event => {
    const pressed = event.target.closest?.("[data-here]");
    if (pressed) here(pressed);
    else if (event.target.id === "keys") event.target.close();
  });
  document.addEventListener("change", event => {
    if (event.target.name === "pick") ticked();
    const field = event.target.closest?.("select[data-act], input[data-act]");
    if (field) drafts.delete(name(field)); // it is sent
    // where the server refuses the change, the field goes back to what holds
    if (field) setTimeout(() => { if (field !== document.activeElement || field.tagName === "SELECT") field.value = field.dataset.value; }, 2000);
  });
  document.addEventListener("scroll", event => {
    const log = event.target;
    if (log.classList?.contains("log")) sticking = log.scrollTop + log.clientHeight > log.scrollHeight - 80;
  }, true);

  function sent() { document.getSelection()?.removeAllRanges(); }

  return { painted, form, sent, marked: () => { sending = "message"; return marked(); } };
})();
