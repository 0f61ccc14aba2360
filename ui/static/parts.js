// Marking parts of outputs in a grid: a click on a part, or a lasso around several, by mouse, pen or finger.
// A part is any element with data-part="7" (data-atom="7" in a molecule) in a cell; a number may be drawn by several
// elements. What is marked goes with what is said next; page.js shows it as chips.
window.saysoParts = (() => {
  const PART = "[data-part], [data-atom]";
  const cell = element => element.closest?.("#example .cell");
  const number = part => Number(part.dataset.part ?? part.dataset.atom);
  const marks = new Map(); // "#2" -> { same, noun, parts: Set of numbers }
  let drawing = null; // the lasso: { cell, start, points, pointer, path }
  let changed = () => {};

  /** What is marked, for the server. */
  function list() {
    return [...marks].map(([target, mark]) => ({ target, parts: [...mark.parts].sort((a, b) => a - b) }));
  }

  /** What a chip says: "4 atoms of #2". */
  function chips() {
    return [...marks].map(([target, { noun, parts }]) => (
      { target, text: `${parts.size} ${noun}${parts.size > 1 ? "s" : ""} of ${target}` }));
  }

  function clear(target) {
    if (target) marks.delete(target); else marks.clear();
    paint();
  }

  function toggle(within, parts, on) {
    const { output, same } = within.dataset;
    const noun = within.querySelector("[data-atom]") ? "atom" : "part";
    const mark = marks.get(output) ?? { same, noun, parts: new Set() };
    for (const part of parts) {
      if (on ?? !mark.parts.has(part)) mark.parts.add(part); else mark.parts.delete(part);
    }
    if (mark.parts.size) marks.set(output, mark); else marks.delete(output);
    paint();
    changed();
  }

  /** Show the marks in the drawings as they are now; those of an output that is gone go with it. */
  function paint() {
    for (const one of document.querySelectorAll("#example .cell")) {
      const mark = marks.get(one.dataset.output);
      if (mark && mark.same !== one.dataset.same) marks.delete(one.dataset.output);
      const parts = marks.get(one.dataset.output)?.parts;
      one.querySelectorAll(PART).forEach(part => part.classList.toggle("marked", !!parts?.has(number(part))));
    }
    for (const target of marks.keys()) {
      if (!document.querySelector(`#example .cell[data-output="${CSS.escape(target)}"]`)) marks.delete(target);
    }
  }

  // --- a click or a lasso

  function down(event) {
    stop();
    const drawn = event.target.closest?.("#example .cell .drawn");
    if (!drawn || event.button || !event.isPrimary || !drawn.querySelector(PART)) return;
    if (event.target.closest("button, input, select, summary, a")) return;
    const point = [event.clientX, event.clientY];
    drawing = { cell: cell(drawn), part: event.target.closest(PART), points: [point], pointer: event.pointerId };
  }

  function move(event) {
    if (!drawing || event.pointerId !== drawing.pointer) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) drawing.points.push([one.clientX, one.clientY]);
    const [x, y] = drawing.points[0];
    if (!drawing.path && Math.hypot(event.clientX - x, event.clientY - y) > 6) drawing.path = rope();
    drawing.path?.setAttribute("d", `M${drawing.points.map(point => point.join(" ")).join("L")}Z`);
  }

  function up(event) {
    if (!drawing || event.pointerId !== drawing.pointer) return;
    const { cell: within, part, points, path } = drawing;
    stop();
    if (!within.isConnected) return;
    if (!path) { if (part) toggle(within, [number(part)]); return; }
    points.push([event.clientX, event.clientY]);
    const all = [...within.querySelectorAll(PART)];
    const inside = all.filter(one => surrounds(points, middle(one)));
    // a stroke that surrounds nothing marks what it goes over
    const meant = inside.length ? inside : all.filter(one => touches(points, one.getBoundingClientRect()));
    if (meant.length) toggle(within, meant.map(number), true);
  }

  function stop() {
    drawing?.path?.ownerSVGElement.remove();
    drawing = null;
  }

  /** The lasso itself, over the page. */
  function rope() {
    const made = name => document.createElementNS("http://www.w3.org/2000/svg", name);
    const picture = made("svg");
    const path = made("path");
    picture.classList.add("lasso");
    picture.setAttribute("aria-hidden", "true");
    picture.append(path);
    document.body.append(picture);
    return path;
  }

  function middle(part) {
    const box = part.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  }

  /** Whether the polygon surrounds the point, by the even-odd rule. */
  function surrounds(points, [x, y]) {
    let inside = false;
    points.forEach(([ax, ay], i) => {
      const [bx, by] = points[(i + 1) % points.length];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    });
    return inside;
  }

  function touches(points, box) {
    return points.some(([x, y]) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  }

  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", stop); // the finger scrolls the page instead
  document.addEventListener("keydown", event => { if (event.key === "Escape") stop(); });

  return { list, chips, clear, paint, onchange: told => { changed = told; } };
})();
