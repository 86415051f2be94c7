// The leaves: a field and a slider for each, and its gradient.

const fields = new Map();
for (const i of leaves) {
  const { name, data } = nodes[i];
  const first = Number(data);
  const field = make("input", { name, inputmode: "decimal", autocomplete: "off", "aria-label": name });
  const slider = make("input", { type: "range", step: "any", "aria-label": `${name}, by a slider` });
  const reach = Math.max(2, 2 * Math.abs(first));
  slider.min = first - reach;
  slider.max = first + reach;
  const gradient = make("output", { class: "grad" });
  const row = make("div", { class: "leaf" }, make("bdi", { class: "code" }, name), field, slider, gradient);
  document.getElementById("leaves").append(row);
  fields.set(i, { field, slider, gradient });
  field.addEventListener("change", () => changeLeaf(i, field.value.trim().replace("−", "-")));
  slider.addEventListener("input", () => changeLeaf(i, slider.value, true));
}
document.getElementById("leaves").addEventListener("submit", (event) => event.preventDefault());

// A leaf's new number, typed or from its slider. What is no number, or gives
// none, changes nothing but says so.
function changeLeaf(i, text, slid = false) {
  const { field } = fields.get(i);
  const number = text === "" ? NaN : slid ? Number(Number(text).toPrecision(3)) : Number(text);
  const given = [...state.given];
  given[i] = number;
  try {
    if (!Number.isFinite(number)) throw new NoNumber(`${nodes[i].name}: ${text || "nothing"} is not a number`);
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
    if (document.activeElement !== field || Number(field.value) !== now.data[i]) {
      field.value = exactly(now.data[i]);
    }
    field.removeAttribute("aria-invalid");
    slider.min = Math.min(slider.min, now.data[i]);
    slider.max = Math.max(slider.max, now.data[i]);
    if (document.activeElement !== slider) slider.value = now.data[i];
    slider.setAttribute("aria-valuetext", formatNumber(now.data[i]));
    gradient.textContent = hidden(i) ? "grad ·" : `grad ${movement(was?.grads[i], now.grads[i])}`;
  }
}

function movement(was, is) {
  const texts = [was ?? is, is].map((number) => formatNumber(number));
  return texts[0] === texts[1] ? texts[1] : texts.join(" → ");
}
