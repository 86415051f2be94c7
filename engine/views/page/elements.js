// Elements of the page: made, filled with words, measured.

// Letters that are read from right to left, with the blanks between them. In a
// formula they stand for themselves, or they would turn what is beside them.
const LEFTWARDS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:\s+[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*/g;

function isolated(words) {
  return words.replace(LEFTWARDS, "\u2068$&\u2069");
}

// An element with attributes and children; texts stay texts.
function make(tag, attributes = {}, ...children) {
  const made = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.map((child) => (typeof child === "string" ? isolated(child) : child)));
  return made;
}

// Words for an element, which is left alone if it has them.
function say(id, words) {
  const place = document.getElementById(id);
  const shown = isolated(words);
  if (place.textContent !== shown) place.textContent = shown;
}

// What the browser must lay out the page to know, asked once for each size.
const widths = new Map();

function widthOf(figure) {
  if (!widths.get(figure)) widths.set(figure, figure.clientWidth);
  return widths.get(figure);
}

// The page's unit of length, the height of its letters in pixels.
function rem() {
  if (!widths.get("rem")) widths.set("rem", parseFloat(getComputedStyle(document.documentElement).fontSize));
  return widths.get("rem");
}
