// Curves: the output over one leaf, with its tangent; the loss over epochs.

// Axes in a figure, as wide as it is: where a point stands, and what to draw
// into.
function axes(figure, x, y, names, label) {
  const unit = rem();
  const width = Math.max(widthOf(figure), 14 * unit);
  const height = 0.6 * width;
  const [left, right, top, bottom] = [5 * unit, width - unit, unit, height - 2.2 * unit];
  const [from, to] = x[0] < x[1] ? x : [x[0] - 1, x[0] + 1];
  const margin = (y[1] - y[0]) * 0.06 || 1;
  const [low, high] = [y[0] - margin, y[1] + margin];
  const across = (value) => left + ((value - from) / (to - from)) * (right - left);
  const down = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const drawn = make("svg:svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "curve" });
  drawn.append(
    make("svg:path", { class: "axis", d: `M ${left} ${top} V ${bottom} H ${right}` }),
    text(left, bottom + 1.3 * unit, formatNumber(from, 3), "start"),
    text(right, bottom + 1.3 * unit, formatNumber(to, 3), "end"),
    text((left + right) / 2, bottom + 1.4 * unit, names[0], "middle"),
    text(left - 0.3 * unit, down(y[0]), formatNumber(y[0], 3), "end"),
    text(left - 0.3 * unit, down(y[1]) + 0.6 * unit, formatNumber(y[1], 3), "end"),
    text(left - 0.3 * unit, (top + bottom) / 2, names[1], "end"),
  );
  return { drawn, across, down };
}

function text(x, y, content, anchor) {
  return make("svg:text", { x, y, "text-anchor": anchor }, content);
}

// A path through points, broken where there are none.
function line(points, { across, down }, style) {
  let pen = "M";
  const parts = points.map((point) => {
    if (point === null) {
      pen = "M";
      return "";
    }
    const part = `${pen} ${across(point[0]).toFixed(1)} ${down(point[1]).toFixed(1)}`;
    pen = "L";
    return part;
  });
  return make("svg:path", { class: style, d: parts.join(" ") });
}

// The output over a leaf, others fixed. The tangent's slope is the gradient.
function showCurve(i, now, was, hidden) {
  const figure = document.getElementById("curve");
  const [left, right] = reach(i, now.data[i]);
  const finite = [left, right, right - left, now.data[i], now.data[output]].every(Number.isFinite);
  const points = finite ? outputsOver(i, left, right, now.data) : [];
  const known = points.filter((point) => point !== null).map(([, y]) => y);
  if (known.length === 0) {
    figure.replaceChildren();
    return;
  }
  const [name, of] = [nodes[i].name, nodes[output].name];
  const slope = now.grads[i] - start[i];
  const range = [Math.min(...known, now.data[output]), Math.max(...known, now.data[output])];
  const here = [now.data[i], now.data[output]];
  const told = hidden ? "" : `, and its slope there: ${formatNumber(slope)}`;
  const plot = axes(figure, [left, right], range, [name, of], `${of} over ${name}, at ${formatNumber(here[0])}${told}`);
  plot.drawn.append(line(points, plot, "graphed"));
  if (!hidden && Number.isFinite(slope)) {
    const far = Math.min((right - left) / 5, (range[1] - range[0]) / 3 / Math.max(Math.abs(slope), 1e-9));
    const ends = [Math.max(left, here[0] - far), Math.min(right, here[0] + far)];
    const tangent = ends.map((x) => [x, here[1] + slope * (x - here[0])]);
    plot.drawn.append(line(tangent, plot, "tangent"));
  }
  if (was) plot.drawn.append(dot(was.data[i], was.data[output], plot, "before"));
  plot.drawn.append(dot(...here, plot, "here"));
  const row = training ? rowInWords() : "";
  const where = row === "" ? "" : `, for ${row}`;
  const slopes = hidden ? "" : `: the tangent's slope is ∂${inFormula(of)}/∂${word(i)} = ${formatNumber(slope)}`;
  const caption = `${of} over ${name}${where}${slopes}${was ? " (○ before the change)" : ""}`;
  figure.replaceChildren(plot.drawn, make("figcaption", {}, caption));
}

function outputsOver(i, left, right, given) {
  const data = [...given];
  return Array.from({ length: 161 }, (_, k) => {
    data[i] = left + ((right - left) * k) / 160;
    return outputAt(data, data[i]);
  });
}

function outputAt(data, x) {
  try {
    const y = evaluate(operations, data)[output];
    return Number.isFinite(y) ? [x, y] : null;
  } catch (error) {
    if (error instanceof NoNumber) return null;
    throw error;
  }
}

function dot(x, y, { across, down }, style) {
  return make("svg:circle", { class: style, cx: across(x), cy: down(y), r: 6 });
}
