// The graph: its nodes' numbers, and what travels its arrows.

const svg = document.querySelector("svg.graph");
const frame = svg.parentElement;
const cards = [...svg.querySelectorAll("[data-index]")].map((card) => ({
  card,
  data: card.querySelector(".data"),
  grad: card.querySelector(".grad"),
}));
const edges = new Map();
for (const part of svg.querySelectorAll("[data-from]")) {
  const key = `${part.dataset.from}-${part.dataset.to}`;
  if (!edges.has(key)) edges.set(key, { arrows: [], products: [] });
  edges.get(key)[part.matches("text") ? "products" : "arrows"].push(part);
}

// Show the graph after a step. Numbers that differ from those of an earlier
// pass stand beside them: before → after.
function showGraph(shown, now, was) {
  cards.forEach(({ card, data, grad }, i) => {
    card.dataset.state = shown.states[i];
    card.dataset.value = shown.data[i] === null ? "" : exactly(shown.data[i]);
    card.dataset.grad = shown.grads[i] === null ? "" : exactly(shown.grads[i]);
    if (nodes[i].kind === "constant") return;
    const value = shown.data[i] === null ? "·" : changed(was?.data[i], shown.data[i]);
    let gradient = "·";
    if (shown.partial[i]) gradient = `${pictured(shown.grads[i])} → …`;
    else if (shown.grads[i] !== null) gradient = changed(was?.grads[i], shown.grads[i]);
    data.textContent = value;
    grad.textContent = gradient;
    for (const each of [data, grad]) each.classList.toggle("empty", each.textContent === "·");
    card.classList.toggle("at", nodeOfStep[shown.step] === i);
    card.classList.toggle("forward", shown.step <= FORWARD);
    card.querySelector("title").textContent = spoken(i, shown);
  });
  for (const { arrows, products } of edges.values()) {
    for (const arrow of arrows) arrow.classList.remove("travelled", "back");
    for (const product of products) for (const line of product.children) line.textContent = "";
  }
  if (shown.step > 0 && shown.step <= FORWARD) {
    const i = nodeOfStep[shown.step];
    for (const parent of nodes[i].parents) mark(parent, i, "travelled");
  }
  for (const { operand, which, local, amount } of now.contributions[shown.step] ?? []) {
    const i = nodeOfStep[shown.step];
    mark(operand, i, "back");
    // x * x has two arrows from x: the first is the left operand's
    const same = nodes[i].parents.slice(0, which).filter((parent) => parent === operand).length;
    const [product, result] = edges.get(`${operand}-${i}`).products[same].children;
    product.textContent = `${pictured(now.grads[i])} × ${pictured(local)}`;
    result.textContent = `= ${pictured(amount)}`;
  }
}

function mark(from, to, how) {
  for (const arrow of edges.get(`${from}-${to}`).arrows) arrow.classList.add(how);
}

// A number, and what it was; in three digits if there is no room for four.
function changed(was, is, written = pictured) {
  if (was === undefined || formatNumber(was) === formatNumber(is)) return written(is);
  const texts = [4, 3].map((digits) => `${written(was, digits)} → ${written(is, digits)}`);
  return texts.find((text) => text.length <= 15) ?? `→ ${written(is)}`;
}

// What a screen reader says of a node.
function spoken(i, shown) {
  const { name, formula } = nodes[i];
  const value = shown.data[i] === null ? "no value yet" : `value ${formatNumber(shown.data[i])}`;
  const gradient = shown.grads[i] === null ? "no gradient yet" : `gradient ${formatNumber(shown.grads[i])}`;
  return `${formula ? `${name} = ${formula}` : name}: ${value}, ${gradient}${shown.partial[i] ? " so far" : ""}`;
}

// The picture as large as fits, but with letters that one can read: then it
// scrolls, and follows the steps. Or all of it.
function fitGraph(whole) {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const room = [frame.clientWidth / width, (innerHeight / 2) / height];
  const readable = (0.93 * rem()) / 15;
  const all = Math.min(...room);
  const scale = whole ? all : Math.min(Math.max(all, readable), 1.8 * readable);
  document.querySelector("[data-do=fit]").hidden = all >= readable;
  svg.setAttribute("width", Math.floor(width * scale));
  svg.setAttribute("height", Math.floor(height * scale));
}

// Scroll to a node that is out of sight; far away, at once.
function follow(i) {
  const box = cards[i].card.getBoundingClientRect();
  const room = frame.getBoundingClientRect();
  if (box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom) return;
  const left = box.left + box.width / 2 - room.left - room.width / 2;
  const top = box.top + box.height / 2 - room.top - room.height / 2;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || Math.abs(left) > 2 * room.width;
  frame.scrollBy({ left, top, behavior: calm ? "auto" : "smooth" });
}

function showPaths(onPath) {
  for (const [key, { arrows }] of edges) {
    const on = onPath && key.split("-").every((i) => onPath.has(Number(i)));
    for (const arrow of arrows) arrow.classList.toggle("path", Boolean(on));
  }
}
