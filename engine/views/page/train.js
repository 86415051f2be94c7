// Training: gradient descent on the rows, W ← W - α / n Σ ∇.

const training = lesson.training;
if (training) training.rows = training.rows.map((row) => row.map(Number));
const weights = training?.weights ?? [];
// `losses` are pairs of epoch and mean loss, the last of them now.
const descent = { rate: training?.rate, epoch: 0, losses: [], results: null, running: false, frames: 0 };

// Each row's loss, and its gradient with respect to every weight.
function overRows(given) {
  const data = [...given];
  return training.rows.map((row) => {
    setRow(data, row);
    evaluate(operations, data);
    const added = backward(data);
    return { loss: data[output], gradient: weights.map((i) => added[i]) };
  });
}

function setRow(data, row) {
  training.inputs.forEach((i, place) => {
    if (i !== null) data[i] = row[place];
  });
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

// So many steps of descent. If one fails, the weights are those before it.
function descend(epochs, deadline = Infinity) {
  const { rate } = descent;
  for (let k = 0; k < epochs && performance.now() < deadline; k++) {
    const gradient = weights.map((_, place) => mean(descent.results.map((row) => row.gradient[place])));
    const given = [...state.given];
    weights.forEach((i, place) => {
      given[i] -= rate * gradient[place];
    });
    if (!weights.every((i) => Number.isFinite(given[i]))) throw new NoNumber("a weight grows beyond all numbers");
    record(descent.epoch + 1, overRows(given));
    state.given = given;
  }
}

// What the rows give at an epoch. Of a long history, every second pair goes.
function record(epoch, results) {
  const loss = mean(results.map((row) => row.loss));
  if (!Number.isFinite(loss)) throw new NoNumber("the mean loss grows beyond all numbers");
  descent.results = results;
  descent.epoch = epoch;
  descent.losses = descent.losses.filter(([earlier]) => earlier < epoch);
  if (descent.losses.length >= 800) descent.losses = descent.losses.filter((_, k) => k % 2 === 0);
  descent.losses.push([epoch, loss]);
}

// Descend and show it; what cannot go on stops, and says why.
function train(epochs, deadline) {
  try {
    descend(epochs, deadline);
    say("halt", "");
  } catch (error) {
    if (!(error instanceof NoNumber)) throw error;
    run(false);
    say("halt", `Descent stops after epoch ${descent.epoch}: ${error.message}. A smaller α may help.`);
  }
  state.was = null;
  state.now = passOrFirstRow();
  show();
}

// Both passes for the inputs on the page; for the first row, if new weights
// leave one's own numbers without a loss.
function passOrFirstRow() {
  try {
    return pass(state.given);
  } catch (error) {
    if (!(error instanceof NoNumber)) throw error;
    setRow(state.given, training.rows[0]);
    say("trouble", `${error.message}. The page shows row 1 instead.`);
    return pass(state.given);
  }
}

function run(on) {
  descent.running = on;
  const button = document.querySelector("[data-do=run]");
  button.setAttribute("aria-pressed", on);
  button.textContent = on ? "Pause" : "Run";
  if (on) requestAnimationFrame(runFrame);
  else if (descent.results !== null) showGradients();
}

// So many epochs a picture as the pace says, later more; if there is time.
function runFrame() {
  if (!descent.running) return;
  descent.frames += 1;
  const pace = Number(document.getElementById("pace").value);
  train(Math.max(pace, descent.epoch / 100), performance.now() + 8);
  requestAnimationFrame(runFrame);
}

// Epoch 0 with these weights, and the first row if asked.
function restart(numbers, given = [...state.given]) {
  weights.forEach((i, place) => {
    given[i] = numbers[place];
  });
  run(false);
  try {
    touch(null, given, 0);
    say("halt", "");
  } catch (error) {
    if (!(error instanceof NoNumber)) throw error;
    say("halt", `Not with these weights: ${error.message}.`);
  }
}

// Uniform between minus and plus the largest of the first weights.
function drawn() {
  const first = weights.map((i) => Number(nodes[i].data));
  const largest = Math.max(...first.map(Math.abs)) || 1;
  return first.map(() => Number(((2 * Math.random() - 1) * largest).toPrecision(4)));
}

function showTraining() {
  const [, loss] = descent.losses.at(-1);
  document.body.dataset.epoch = descent.epoch;
  document.body.dataset.loss = exactly(loss);
  say("progress", `Epoch ${descent.epoch}. Mean loss over ${counted(training.rows.length, "row")}: ${formatNumber(loss)}.`);
  showLosses();
  showPlanes();
  if (!descent.running || descent.frames % 6 === 0) showGradients();
}

function showLosses() {
  const { epoch, losses } = descent;
  const heights = losses.map(([, loss]) => loss);
  const label = `The mean loss over ${counted(epoch, "epoch")}, now ${formatNumber(heights.at(-1))}`;
  const figure = document.getElementById("losses");
  const range = [Math.min(0, ...heights), Math.max(...heights)];
  const plot = axes(figure, [0, Math.max(epoch, 10)], range, ["epoch", "loss"], label);
  plot.drawn.append(line(losses, plot, "graphed"), dot(...losses.at(-1), plot, "here"));
  figure.replaceChildren(plot.drawn, make("figcaption", {}, "the mean loss"));
}

// The gradients of every row, and their mean: a table, made once. Its cells are
// what changes.
const MOST_ROWS = 40;
const cells = [];

function makeTable() {
  const inputs = training.inputs.map((i, k) => (i === null ? `input ${k + 1}` : nodes[i].name));
  const head = ["row", ...inputs, nodes[output].name, ...weights.map((i) => `∂/∂${word(i)}`)];
  const row = (name, numbers, attributes = {}) => {
    const places = Array.from({ length: 1 + weights.length }, () => make("td"));
    cells.push(places);
    const given = numbers.map((text) => make("td", {}, text));
    return make("tr", attributes, make("th", { scope: "row" }, name), ...given, ...places);
  };
  const rows = training.rows.slice(0, MOST_ROWS);
  const body = rows.map((numbers, k) => row(String(k + 1), numbers.map((x) => formatNumber(x))));
  const rest = training.rows.length - rows.length;
  if (rest > 0) body.push(make("tr", {}, make("th", { scope: "row" }, `and ${rest} more`)));
  body.push(row("mean", inputs.map(() => ""), { class: "mean" }));
  document.getElementById("gradients").append(
    make("caption", {}, `The gradients of ${nodes[output].name} for every row, and their mean over ${training.rows.length}`),
    make("thead", {}, make("tr", {}, ...head.map((each) => make("th", { scope: "col" }, each)))),
    make("tbody", {}, ...body),
  );
}

function showGradients() {
  const means = weights.map((_, place) => mean(descent.results.map((row) => row.gradient[place])));
  const rows = descent.results.slice(0, MOST_ROWS).map(({ loss, gradient }) => [loss, ...gradient]);
  [...rows, [descent.losses.at(-1)[1], ...means]].forEach((numbers, k) => {
    numbers.forEach((x, place) => {
      cells[k][place].textContent = formatNumber(x);
    });
  });
  const chosen = document.querySelector("[name=row]").value;
  document.querySelectorAll("#gradients tbody tr").forEach((row, k) => {
    row.classList.toggle("chosen", String(k) === chosen);
  });
}

if (!training) document.getElementById("training").remove();
if (training) {
  makeTable();
  for (const id of ["plane", "hidden"]) document.getElementById(id).hidden = !training[id];
  const chooser = document.querySelector("[name=row]");
  training.rows.forEach((row, k) => {
    chooser.append(make("option", { value: k }, `${k + 1}: ${row.map((x) => formatNumber(x)).join(", ")}`));
  });
  chooser.append(make("option", { value: "", disabled: "" }, "other numbers"));
  chooser.addEventListener("change", () => {
    if (chooser.value === "") return;
    const given = [...state.given];
    setRow(given, training.rows[Number(chooser.value)]);
    touch(null, given);
  });
  say("frozen", frozenInWords());
  const rate = document.querySelector("input[name=rate]");
  rate.min = training.rate / 100;
  rate.max = Math.min(training.rate * 10, Number.MAX_VALUE);
  rate.value = training.rate;
  say("rate", formatNumber(training.rate, 3));
  for (const event of ["input", "change"]) {
    rate.addEventListener(event, () => {
      descent.rate = Number(rate.value);
      say("rate", formatNumber(descent.rate, 3));
    });
  }
}

// What descent leaves as it is, up to five by name; or nothing.
function frozenInWords() {
  const { frozen } = training;
  if (frozen.length === 0) return "";
  const names = frozen.slice(0, 5).map((i) => nodes[i].name);
  const more = frozen.length > 5 ? ` and ${frozen.length - 5} more` : "";
  return `Frozen, so descent leaves them as they are: ${names.join(", ")}${more}.`;
}

// The row that the inputs' numbers are, if they are one.
function chosenRow(given) {
  const now = training.inputs.map((i) => given[i]);
  const chooser = document.querySelector("[name=row]");
  const same = (row) => row.every((x, place) => training.inputs[place] === null || x === now[place]);
  if (chooser.value !== "" && same(training.rows[Number(chooser.value)])) return chooser.value;
  const found = training.rows.findIndex(same);
  return found < 0 ? "" : String(found);
}

// The chosen row in words, or none.
function rowInWords() {
  const { value } = document.querySelector("[name=row]");
  return value === "" ? "" : `row ${Number(value) + 1} alone`;
}
