// The program: the lines of both passes, the current one marked.

const lines = lesson.lines.map(({ text, node, step }, k) => {
  const code = make("code", {}, text);
  const item = make("li", { "data-line": k + 1 }, code);
  document.getElementById(k < lesson.forward ? "forward" : "backward").append(item);
  return { item, code, text, node, step };
});
document.getElementById("backward").setAttribute("start", lesson.forward + 1);

let marked = null; // the step whose lines are marked

// Who guesses does not see the derivatives that are to come.
function showProgram(step, guessing) {
  for (const { code, text, step: own } of lines) {
    const shown = guessing && own > Math.max(step, FORWARD) ? text.replace(/=.*$/, "= …") : text;
    if (code.textContent !== shown) code.textContent = shown;
  }
  if (step === marked) return;
  marked = step;
  const current = lines.filter((line) => line.step === step);
  for (const { item, step: own } of lines) {
    item.classList.toggle("current", own === step);
    item.classList.toggle("done", own < step);
    item.removeAttribute("aria-current");
  }
  if (current.length === 0) return;
  current[0].item.setAttribute("aria-current", "step");
  const boxes = [current[0], current.at(-1)].map(({ item }) => item.getBoundingClientRect());
  const scroll = current[0].item.closest(".scroll");
  const room = scroll.getBoundingClientRect();
  if (boxes[0].top < room.top || boxes[1].bottom > room.bottom) {
    scroll.scrollBy({ top: boxes[0].top - room.top - room.height / 3 });
  }
}

// A line and its node light up together.
function light(i, on) {
  cards[i].card.classList.toggle("lit", on);
  for (const { item, node } of lines) if (node === i) item.classList.toggle("lit", on);
}

for (const { item, node } of lines) {
  item.addEventListener("pointerenter", () => light(node, true));
  item.addEventListener("pointerleave", () => light(node, false));
}
cards.forEach(({ card }, i) => {
  for (const event of ["pointerenter", "focus"]) card.addEventListener(event, () => light(i, true));
  for (const event of ["pointerleave", "blur"]) card.addEventListener(event, () => light(i, false));
});
