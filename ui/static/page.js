// What the page does by itself: marking words, keys, light and dark, keeping the place in the conversation.
// Everything that changes what is known goes to the server; see PRESS in ui/desk.py.
window.sayso = (() => {
  const find = selector => document.querySelector(selector);
  const points = text => [...text].length; // the server counts code points, the browser UTF-16 units
  let marks = [];
  let marked = null; // the example that the marks are in
  let taken = ""; // the selection that was counted last
  let sticking = true; // whether the conversation is scrolled to its end
  let seen = "";
  let lastOpened = null; // menus or changes that were opened in the conversation
  let pressing = false;
  let later = 0;
  let sending = false; // menus were sent with the marks, which go once the menus are gone

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
    marked = find("#example [data-example]").dataset.example;
    show();
  }

  function show() {
    const place = find("#evidence");
    if (!place) return;
    place.replaceChildren();
    const says = document.createElement("span");
    says.textContent = marks.length ? "Evidence" : "Mark words in the example to give them as a reason.";
    place.append(says);
    marks.forEach((piece, index) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "piece";
      chip.title = "Take it away";
      chip.dir = "auto";
      chip.textContent = `“${piece.text}” ×`;
      chip.onclick = () => { marks.splice(index, 1); show(); };
      place.append(chip);
    });
    place.classList.toggle("some", marks.length > 0);
    paintMarks();
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

  function clear() { marks = []; show(); }

  // --- what the server painted

  function painted(element) {
    element.querySelectorAll("select[data-value], input[data-value]").forEach(settle);
    if (element.querySelector(".bar")) theme(localStorage.getItem("sayso-theme"));
    const section = element.querySelector("[data-example]");
    if (section && section.dataset.example !== marked) { marked = section.dataset.example; marks = []; }
    if (section) show();
    const log = element.querySelector(".log");
    if (log) stick(log);
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
    if (now !== seen && (sticking || mine !== seen.split(" ")[1])) log.scrollTop = log.scrollHeight;
    seen = now;
    const opened = log.querySelector(".menus") ?? log.querySelector(".changes");
    if (sending && !opened?.matches(".menus")) { sending = false; clear(); }
    if (opened && opened !== lastOpened) opened.scrollIntoView({ block: "nearest" });
    lastOpened = opened;
  }

  /** The fields beside a button, for the handler. */
  function form(pressed) {
    const fields = pressed.closest("[data-form]");
    if (!fields || pressed.dataset.act !== "corrected") return {};
    const given = { keep: [], target: [], marked: JSON.stringify(marks) };
    fields.querySelectorAll("input[name], select[name]").forEach(field => {
      if (field.type !== "checkbox") given[field.name] = field.value;
      else if (field.checked) (given[field.name] ??= []).push(field.value);
    });
    sending = true;
    return given;
  }

  // --- light, dark, keys

  function theme(chosen) {
    if (chosen) document.body.classList.toggle("dark", chosen === "dark");
  }

  function here(pressed) {
    const act = pressed.dataset.here;
    if (act === "keys") find("#keys").showModal();
    if (act === "close") find("#keys").close();
    if (act === "theme") {
      const chosen = document.body.classList.contains("dark") ? "light" : "dark";
      localStorage.setItem("sayso-theme", chosen);
      theme(chosen);
    }
  }

  const KEYS = {
    n: "#quick [data-act=next]", t: "#quick [data-act=learn]", u: "#quick [data-act=undo-last]",
    l: "#quick [data-act=explain]", "+": "#example .thumb.up", "=": "#example .thumb.up", "-": "#example .thumb.down",
  };

  function key(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (event.key === "Escape" && typing) typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    if (event.key === "?") { find("#keys").showModal(); event.preventDefault(); return; }
    const chat = find("#quick")?.offsetParent;
    if (event.key === "/" && chat) { find("#box textarea")?.focus(); event.preventDefault(); }
    if (!event.repeat && chat && KEYS[event.key]) find(KEYS[event.key])?.click();
  }

  document.addEventListener("keydown", key);
  document.addEventListener("pointerdown", () => { pressing = true; });
  document.addEventListener("pointerup", () => { pressing = false; setTimeout(mark, 10); });
  // fingers move the handles of a selection without any pointer event
  document.addEventListener("selectionchange", () => {
    clearTimeout(later);
    later = setTimeout(() => { if (!pressing) mark(); }, 500);
  });
  document.addEventListener("click", event => {
    const pressed = event.target.closest?.("[data-here]");
    if (pressed) here(pressed);
    else if (event.target.id === "keys") event.target.close();
  });
  document.addEventListener("change", event => {
    const field = event.target.closest?.("select[data-act], input[data-act]");
    // where the server refuses the change, the field goes back to what holds
    if (field) setTimeout(() => { if (field !== document.activeElement || field.tagName === "SELECT") field.value = field.dataset.value; }, 2000);
  });
  document.addEventListener("scroll", event => {
    const log = event.target;
    if (log.classList?.contains("log")) sticking = log.scrollTop + log.clientHeight > log.scrollHeight - 80;
  }, true);

  return { painted, form, sent: () => { document.getSelection()?.removeAllRanges(); clear(); }, marked: () => JSON.stringify(marks) };
})();
