// Planes: a network's output over two inputs, or over two hidden units, as
// shades; the rows in it; and the line between two answers.

const CELLS = 32;

// The operations that lie between some nodes and a later one: what changes with
// the first and matters to the last.
function between(from, to) {
  const after = new Set(from);
  const needed = new Set([to]);
  for (const i of operations) {
    if (!after.has(i) && nodes[i].parents.some((parent) => after.has(parent))) after.add(i);
  }
  for (const i of operations.toReversed()) {
    if (needed.has(i)) for (const parent of nodes[i].parents) needed.add(parent);
  }
  return operations.filter((i) => after.has(i) && needed.has(i) && !from.includes(i));
}

// The target's input and its two values, if rows have two: the answers.
const answers = (() => {
  if (!training?.plane) return null;
  const others = training.inputs.flatMap((i, k) => (training.plane.axes.includes(i) ? [] : [k]));
  if (others.length !== 1) return null;
  const values = [...new Set(training.rows.map((row) => row[others[0]]))].toSorted((a, b) => a - b);
  const [node] = others.map((k) => training.inputs[k]);
  if (values.length !== 2 || node === null) return null;
  return { place: others[0], node, values, order: between([training.plane.node, node], output) };
})();

// How much more it costs to answer the first value than the second: the line
// between the answers is where this is 0.
function preference(data) {
  const [first, second] = answers.values.map((value) => {
    data[answers.node] = value;
    return evaluate(answers.order, data)[output];
  });
  return first - second;
}

// The planes to show: the figure's id, what spans it, and the operations that
// lead from there to the network's output.
const planes = [
  { id: "plane", over: "the inputs", prefix: () => "" },
  { id: "hidden", over: "the hidden units", prefix: (k) => `z${k + 1} = ` },
].flatMap((each) => {
  const found = training?.[each.id];
  return found ? [{ ...each, ...found, order: between(found.axes, found.node) }] : [];
});

function showPlanes() {
  if (planes.length === 0) return;
  const rows = training.rows.map((row) => {
    const data = [...state.given];
    setRow(data, row);
    return evaluate(operations, data);
  });
  for (const plane of planes) showPlane(plane, rows);
}

function showPlane({ id, over, prefix, node, axes: [i, j], order }, rows) {
  const figure = document.getElementById(id);
  const [xs, ys] = [span(rows.map((data) => data[i])), span(rows.map((data) => data[j]))];
  const { values, margins } = overGrid(node, order, [i, j], [xs, ys]);
  const known = values.filter(Number.isFinite);
  const range = [Math.min(...known), Math.max(...known)];
  const names = [i, j].map((at, k) => `${prefix(k)}${nodes[at].name}`);
  const told = rows.slice(0, 8).map((data, k) => {
    const row = training.rows[k].map((x) => formatNumber(x)).join(", ");
    return `row ${row}: ${formatNumber(data[node])}`;
  });
  const plot = axes(figure, xs, ys, names, `${nodes[node].name} over ${names.join(" and ")}. ${told.join("; ")}`);
  plot.drawn.prepend(shades(values, range, xs, ys, plot));
  if (answers) plot.drawn.append(make("svg:path", { class: "boundary", d: contour(margins, xs, ys, plot) }));
  rows.forEach((data, k) => {
    const second = answers && training.rows[k][answers.place] === answers.values[1];
    plot.drawn.append(rowMark(plot.across(data[i]), plot.down(data[j]), second));
  });
  const [low, high] = range.map((value) => formatNumber(value, 3));
  const caption = `The network's output ${nodes[node].name} over ${over}, from ${low} (light) to ${high} (dark).`;
  const key = answers
    ? ` ○ is to be ${formatNumber(answers.values[0])}, ■ ${formatNumber(answers.values[1])}; the line parts the answers.`
    : "";
  figure.replaceChildren(plot.drawn, make("figcaption", {}, caption + key));
}

// A node's value at every point of a grid, row by row from above, and how much
// the second answer is preferred there.
function overGrid(node, order, [i, j], [xs, ys]) {
  const data = [...state.now.data];
  const [values, margins] = [[], []];
  for (let k = 0; k <= CELLS; k++) {
    for (let l = 0; l <= CELLS; l++) {
      data[i] = xs[0] + ((xs[1] - xs[0]) * l) / CELLS;
      data[j] = ys[1] - ((ys[1] - ys[0]) * k) / CELLS;
      const [value, margin] = atPoint(node, order, data);
      values.push(value);
      margins.push(margin);
    }
  }
  return { values, margins };
}

function atPoint(node, order, data) {
  try {
    const value = evaluate(order, data)[node];
    return [value, answers ? preference(data) : 0];
  } catch (error) {
    if (!(error instanceof NoNumber)) throw error;
    return [NaN, NaN];
  }
}

function span(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const margin = (high - low) * 0.25 || 0.5;
  return [low - margin, high + margin];
}

function rowMark(x, y, square) {
  if (!square) return make("svg:circle", { class: "row low", cx: x, cy: y, r: 7 });
  return make("svg:rect", { class: "row high", x: x - 7, y: y - 7, width: 14, height: 14 });
}

// From light to dark, so that grey shows it as well; nothing where there is no
// value. The browser makes a smooth picture of the points.
function shades(values, [low, high], xs, ys, plot) {
  const canvas = make("canvas", { width: CELLS + 1, height: CELLS + 1 });
  const context = canvas.getContext("2d");
  const image = context.createImageData(CELLS + 1, CELLS + 1);
  values.forEach((value, k) => {
    const part = Number.isFinite(value) ? (value - low) / (high - low || 1) : 0;
    const colour = [250 - 180 * part, 246 - 106 * part, 235 - 55 * part, Number.isFinite(value) ? 255 : 0];
    image.data.set(colour, 4 * k);
  });
  context.putImageData(image, 0, 0);
  const [x, y] = [plot.across(xs[0]), plot.down(ys[1])];
  const [width, height] = [plot.across(xs[1]) - x, plot.down(ys[0]) - y];
  return make("svg:image", { x, y, width, height, preserveAspectRatio: "none", href: canvas.toDataURL() });
}

// Where a grid of numbers changes its sign: a path, cell by cell.
function contour(grid, xs, ys, plot) {
  const at = (k, l) => grid[k * (CELLS + 1) + l];
  const point = (k, l) => [
    plot.across(xs[0] + ((xs[1] - xs[0]) * l) / CELLS),
    plot.down(ys[1] - ((ys[1] - ys[0]) * k) / CELLS),
  ];
  const parts = [];
  for (let k = 0; k < CELLS; k++) {
    for (let l = 0; l < CELLS; l++) {
      const corners = [[k, l], [k, l + 1], [k + 1, l + 1], [k + 1, l]];
      const crossings = corners.flatMap((from, side) => {
        const to = corners[(side + 1) % 4];
        const [a, b] = [at(...from), at(...to)];
        if (!(a < 0 !== b < 0) || Number.isNaN(a) || Number.isNaN(b)) return [];
        const part = a / (a - b);
        return [[from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])]];
      });
      for (let c = 0; c + 1 < crossings.length; c += 2) {
        const [from, to] = [point(...crossings[c]), point(...crossings[c + 1])];
        parts.push(`M ${from.map((x) => x.toFixed(1)).join(" ")} L ${to.map((x) => x.toFixed(1)).join(" ")}`);
      }
    }
  }
  return parts.join(" ");
}
