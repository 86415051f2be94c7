// Planes: a network's output over two inputs, or over two hidden units, as
// shades; the rows in it; and the line between two answers.

const CELLS = 32;

// The operations that lie between some nodes and a later one.
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

function showPlane(id, { node, axes: [i, j] }, what) {
  const figure = document.getElementById(id);
  const order = between([i, j], node);
  const dots = training.rows.map((row) => {
    const data = [...state.given];
    setRow(data, row);
    evaluate(operations, data);
    return { x: data[i], y: data[j], row, output: data[node] };
  });
  const [xs, ys] = [span(dots.map(({ x }) => x)), span(dots.map(({ y }) => y))];
  const values = [];
  const margins = [];
  for (let k = 0; k <= CELLS; k++) {
    for (let l = 0; l <= CELLS; l++) {
      const data = [...state.now.data];
      data[i] = xs[0] + ((xs[1] - xs[0]) * l) / CELLS;
      data[j] = ys[1] - ((ys[1] - ys[0]) * k) / CELLS;
      try {
        values.push(evaluate(order, data)[node]);
        margins.push(answers ? preference(data) : 0);
      } catch (error) {
        if (!(error instanceof NoNumber)) throw error;
        values.push(NaN);
        margins.push(NaN);
      }
    }
  }
  const known = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const hidden = id === "hidden";
  const names = [i, j].map((at, k) => (hidden ? `z${k + 1} = ${nodes[at].name}` : nodes[at].name));
  const told = dots.map((each) => `row ${each.row.map((x) => formatNumber(x)).join(", ")}: ${formatNumber(each.output)}`);
  const label = `${nodes[node].name} over ${names.join(" and ")}. ${told.slice(0, 8).join("; ")}`;
  const plot = axes(figure, xs, ys, names, label);
  const shade = make("canvas", { width: CELLS + 1, height: CELLS + 1 });
  paint(shade, values, low, high);
  const [x, y] = [plot.across(xs[0]), plot.down(ys[1])];
  const image = make("svg:image", {
    x,
    y,
    width: plot.across(xs[1]) - x,
    height: plot.down(ys[0]) - y,
    preserveAspectRatio: "none",
    href: shade.toDataURL(),
  });
  plot.drawn.prepend(image);
  if (answers) plot.drawn.append(make("svg:path", { class: "boundary", d: contour(margins, xs, ys, plot) }));
  for (const each of dots) {
    const high = answers && each.row[answers.place] === answers.values[1];
    plot.drawn.append(rowMark(plot.across(each.x), plot.down(each.y), high));
  }
  const caption =
    `The network's output ${nodes[node].name} over ${what}, from ${formatNumber(low, 3)} (light) ` +
    `to ${formatNumber(high, 3)} (dark).`;
  const key = answers
    ? ` ○ is to be ${formatNumber(answers.values[0])}, ■ ${formatNumber(answers.values[1])}; the line parts the answers.`
    : "";
  figure.replaceChildren(plot.drawn, make("figcaption", {}, caption + key));
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

// From light to dark, so that grey shows it as well.
function paint(canvas, values, low, high) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(CELLS + 1, CELLS + 1);
  values.forEach((value, k) => {
    const part = Number.isFinite(value) ? (value - low) / (high - low || 1) : 0;
    const colour = [250 - 180 * part, 246 - 106 * part, 235 - 55 * part, Number.isFinite(value) ? 255 : 0];
    image.data.set(colour, 4 * k);
  });
  context.putImageData(image, 0, 0);
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
