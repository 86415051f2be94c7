// The page: its state, and what its buttons, keys and address do.

// The leaves' numbers that the page began with.
const first = nodes.map((node) => Number(node.data ?? 0));
const state = {
  step: 0,
  given: first, // the leaves' numbers
  now: null, // both passes at these
  was: null, // and as they were before the leaf `touched` was changed
  touched: null,
  shown: null, // the passes whose leaves and training are on the page
  whole: false,
  timer: null, // of what plays by itself
  address: null, // the timer until the address may change again
  size: null, // of the window, for which all is drawn
};

// Go on with other numbers: all is computed before anything changes.
function touch(i, given, epoch = descent.epoch) {
  const now = pass(given);
  if (training) record(epoch, overRows(given));
  forgetErrors();
  if (i !== state.touched || state.was === null) state.was = i === null ? null : state.now;
  if (i !== null) state.touched = i;
  state.given = given;
  state.now = now;
  newQuestion();
  show();
}

function goTo(step) {
  state.step = Math.min(Math.max(step, 0), LAST);
  newQuestion();
  choose(null);
  show();
  if (state.step > 0) follow(nodeOfStep[state.step]);
  if (state.address === null) writeAddress();
}

// The step's address, at most twice a second: browsers refuse more.
function writeAddress() {
  const address = `#step=${state.step}`;
  state.address = null;
  if (location.protocol === "about:" || location.hash === address) return;
  history.replaceState(null, "", address);
  state.address = setTimeout(writeAddress, 500);
}

function show() {
  const { step, now, was } = state;
  const shown = view(now, step);
  document.body.dataset.step = step;
  const slider = document.getElementById("slider");
  slider.value = step;
  slider.setAttribute("aria-valuetext", `${step} of ${LAST}`);
  say("count", `${step} of ${LAST}`);
  showGraph(shown, now, was);
  showProgram(step, guess.on);
  const hidden = (i) => guess.on && (shown.grads[i] === null || shown.partial[i]);
  if (training) document.querySelector("[name=row]").value = chosenRow(state.given);
  showExplanation(step, now, was);
  showGuess(now, step);
  if (guess.on || state.shown !== now) {
    showLeaves(now, was, hidden);
    if (state.touched !== null) showCurve(state.touched, now, was, hidden(state.touched));
  }
  if (training && state.shown !== now) showTraining();
  state.shown = now;
}

function rules(rows) {
  return rows.map((row) => make("p", { class: "rule" }, ...row.map((part) => make("span", {}, part))));
}

function showExplanation(step, now, was) {
  const texts = rules(explanation(now, step, was));
  const notes = [headline(now, step), ...sums(now, step)].map((each) => make("p", {}, each));
  const place = document.getElementById("explanation");
  const made = make("div", {}, notes[0], ...texts, ...notes.slice(1));
  if (place.textContent !== made.textContent) place.replaceChildren(made);
}

// A node was chosen, or none: the step that completes its gradient, and every
// path that brought a share of it.
function choose(i) {
  if (i === null) {
    document.getElementById("paths").replaceChildren();
    showPaths(null);
    return;
  }
  const last = Math.max(FORWARD + 1, ...state.now.contributions.flatMap((each, k) => (each.some(({ operand }) => operand === i) ? [k] : [])));
  goTo(guess.on ? state.step : last);
  if (guess.on) return;
  const { found, count, onPath } = pathsTo(i, state.now, 12);
  const name = nodes[i].name;
  const items = found.map(({ path, factors }) => {
    const names = path.map((at) => nodes[at].name).join(" → ");
    const product = formatNumber(factors.reduce((a, b) => a * b));
    const terms = cut(factors.map((factor) => parenthesized(formatNumber(factor)))).join(" × ");
    return make("li", {}, make("code", {}, names), ": ", make("code", {}, `${terms} = ${product}`));
  });
  if (count > found.length) items.push(make("li", {}, `and ${count - found.length} more`));
  const what = "the product of its derivatives";
  const ways = count === 1 ? `One path leads` : `${count} paths lead`;
  const brings = count === 1 ? `It brings ${what}` : `Each brings ${what}`;
  const head = i === output ? "Every backward pass starts here" : `${ways} from ${nodes[output].name} to ${name}. ${brings}`;
  document.getElementById("paths").replaceChildren(make("h3", {}, `${head}:`), make("ul", {}, ...items));
  showPaths(onPath);
}

function play(on) {
  clearInterval(state.timer);
  state.timer = null;
  const button = document.querySelector("[data-do=play]");
  button.setAttribute("aria-pressed", on);
  button.textContent = on ? "Pause" : "Play";
  if (!on) return;
  if (state.step === LAST) goTo(0);
  const speed = Number(document.getElementById("speed").value);
  state.timer = setInterval(() => {
    goTo(state.step + 1);
    if (state.step === LAST) play(false);
  }, 1000 / speed);
}

const actions = {
  first: () => goTo(0),
  back: () => goTo(state.step - 1),
  next: () => goTo(state.step + 1),
  last: () => goTo(LAST),
  play: () => play(state.timer === null),
  reset: () => {
    if (training) restart(weights.map((i) => first[i]), withRow(first));
    else touch(null, first);
  },
  guess: () => {
    guess.on = !guess.on;
    state.shown = null;
    newQuestion();
    show();
    if (guess.on) answer.focus();
  },
  fit: () => {
    state.whole = !state.whole;
    document.querySelector("[data-do=fit]").setAttribute("aria-pressed", state.whole);
    fitGraph(state.whole);
  },
  descend: () => train(1),
  run: () => run(!descent.running),
  restart: () => restart(weights.map((i) => first[i])),
  new: () => restart(drawn()),
};

for (const button of document.querySelectorAll("[data-do]")) {
  if (button.dataset.do in actions) button.addEventListener("click", actions[button.dataset.do]);
}
document.getElementById("slider").addEventListener("input", (event) => goTo(Number(event.target.value)));
document.getElementById("speed").addEventListener("change", () => play(state.timer !== null));
cards.forEach(({ card }, i) => {
  if (nodes[i].kind === "constant") return;
  card.addEventListener("click", () => choose(i));
  card.addEventListener("mousedown", (event) => event.preventDefault()); // the keys go on stepping
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    choose(i);
  });
});

// Arrows step, but they scroll a region that one came to by the tab key.
let tabbed = false;
addEventListener("pointerdown", () => {
  tabbed = false;
});
const keys = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last", " ": "play" };
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab") tabbed = true;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
  if (tabbed && event.target.matches(".scroll")) return;
  if (event.key === " " && event.target.closest("button")) return;
  if (event.key === "Escape") choose(null);
  if (event.key in keys) {
    event.preventDefault();
    actions[keys[event.key]]();
  }
});

addEventListener("hashchange", () => goTo(addressed()));
addEventListener("resize", resized);
// (a notebook gives the page its width late, and tells by no event)
new ResizeObserver(resized).observe(document.querySelector("main"));
addEventListener("beforeprint", printSheet);

// Draw anew what has the page's width; its height alone changes often.
function resized() {
  const { innerWidth: width, innerHeight: height } = window;
  if (state.size === `${width} ${height}`) return;
  state.size = `${width} ${height}`;
  widths.clear();
  fitGraph(state.whole);
  state.shown = null;
  show();
}

function addressed() {
  const found = /^#step=(\d+)$/.exec(location.hash);
  return found ? Number(found[1]) : lesson.step;
}

// All steps as a list, for paper.
function printSheet() {
  const items = nodeOfStep.slice(1).map((_, k) => {
    return make("li", {}, headline(state.now, k + 1), ...rules(explanation(state.now, k + 1)));
  });
  document.querySelector("#sheet ol").replaceChildren(...items);
}

// The leaf whose curve shows at first: of the weights, if any, the most used.
function mostUsed() {
  const candidates = weights.length > 0 ? weights : leaves;
  return candidates.reduce((a, b) => (state.now.uses[b] > state.now.uses[a] ? b : a), candidates[0] ?? null);
}

function withRow(given) {
  const data = [...given];
  setRow(data, training.rows[0]);
  return data;
}

if (training) {
  state.given = withRow(first);
  record(0, overRows(state.given));
}
document.getElementById("slider").max = LAST;
state.now = pass(state.given);
state.touched = mostUsed();
fitGraph(false);
goTo(addressed());
printSheet();
