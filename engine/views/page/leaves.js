// The leaves: a field and a slider for each, and its gradient.

const fields = new Map();
document.getElementById("leaves").append(
  ...["leaf", "value", "", "gradient"].map((head) => make("span", { class: "name" }, head)),
);
for (const i of leaves) {
  const { name } = nodes[i];
  const field = make("input", { name, inputmode: "decimal", autocomplete: "off", "aria-label": name });
  const slider = make("input", { type: "range", step: "any", "aria-label": `${name}, by a slider` });
  const gradient = make("output", { class: "grad" });
  const row = make("div", { class: "leaf" }, make("bdi", { class: "code" }, name), field, slider, gradient);
  document.getElementById("leaves").append(row);
  fields.set(i, { field, slider, gradient });
  const typed = () => field.value.trim().replace("−", "-");
  field.addEventListener("change", () => changeLeaf(i, typed()));
  field.addEventListener("input", () => {
    if (typed() !== "" && Number.isFinite(Number(typed()))) changeLeaf(i, typed());
  });
  field.addEventListener("blur", () => {
    if (!field.hasAttribute("aria-invalid")) field.value = exactly(state.now.data[i]);
  });
  slider.addEventListener("input", () => changeLeaf(i, slider.value, true));
}

function forgetErrors() {
  say("trouble", "");
  for (const { field } of fields.values()) field.removeAttribute("aria-invalid");
}

// Where a leaf's slider reaches: around the number that it began with, and so
// far that its number now is in it.
function reach(i, now) {
  const begun = Number(nodes[i].data);
  let far = Math.max(2, 2 * Math.abs(begun));
  while (Math.abs(now - begun) > far) far *= 2;
  return [begun - far, begun + far];
}

// A leaf's new number, typed or from its slider. What is no number, or gives
// none, changes nothing but says so.
function changeLeaf(i, text, slid = false) {
  const { field } = fields.get(i);
  const number = text === "" ? NaN : slid ? Number(Number(text).toPrecision(3)) : Number(text);
  const given = [...state.given];
  given[i] = number;
  try {
    if (!Number.isFinite(number)) {
      throw new NoNumber(`${nodes[i].name}: ${text === "" ? "the field is empty" : `${text} is not a number`}`);
    }
    touch(i, given);
  } catch (error) {
    if (!(error instanceof NoNumber)) throw error;
    const kept = formatNumber(state.given[i]);
    say("trouble", `${error.message}. The page still shows ${nodes[i].name} = ${kept}.`);
    field.setAttribute("aria-invalid", "true");
  }
}

function showLeaves(now, was, hidden) {
  for (const [i, { field, slider, gradient }] of fields) {
    if (document.activeElement !== field) field.value = exactly(now.data[i]);
    [slider.min, slider.max] = reach(i, now.data[i]);
    if (document.activeElement !== slider) slider.value = now.data[i];
    slider.setAttribute("aria-valuetext", formatNumber(now.data[i]));
    gradient.textContent = hidden(i) ? "·" : changed(was?.grads[i], now.grads[i], formatNumber);
  }
  if (training) say("whose", `Gradients for ${rowInWords() || "these numbers"}:`);
}
