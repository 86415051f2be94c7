// Guessing: the number about to arrive is asked for, and a wrong answer is
// looked at for the factor that was missed.

const guess = { on: false, asked: 0, right: 0, part: 0, tried: false };
const guessForm = document.getElementById("guess");
const answer = document.getElementById("answer");

// What the next step computes, one number after the other: what is asked, the
// name of the number, and the number.
function questions(now, step) {
  if (step >= LAST) return [];
  const i = nodeOfStep[step + 1];
  const { name } = nodes[i];
  if (step < FORWARD) {
    const terms = [...new Set(nodes[i].parents)].filter((at) => nodes[at].kind !== "constant");
    const given = terms.map((at) => `${nodes[at].name} = ${formatNumber(now.data[at])}`).join(", ");
    const where = given === "" ? "" : `, where ${given}`;
    return [{ asks: `${name} = ${nodes[i].formula}${where}. What is ${name}?`, name, number: now.data[i], i }];
  }
  if (step === FORWARD) {
    const asks = `The backward pass starts at ${name}. What is ∂${word(i)}/∂${word(i)}?`;
    return [{ asks, name: `${word(i)}.grad`, number: start[i] + 1, i }];
  }
  return now.contributions[step + 1].map((each) => {
    const [out, operand] = [word(i), word(each.operand)];
    const so = each.use > 1 || each.before !== 0 ? `, and ${operand}.grad is ${formatNumber(each.before)} so far` : "";
    const asks =
      `${name} = ${nodes[i].formula} hands ${out}.grad = ${formatNumber(now.grads[i])} on${so}. ` +
      `${operand}.grad += ${out}.grad × ${slope(i, each)}. What is ${operand}.grad then?`;
    return { asks, name: `${operand}.grad`, number: each.after, i, each, g: now.grads[i] };
  });
}

function showGuess(now, step) {
  guessForm.hidden = !guess.on;
  document.querySelector("[data-do=guess]").setAttribute("aria-pressed", guess.on);
  if (!guess.on) return;
  const question = questions(now, step)[guess.part];
  say("question", question ? question.asks : "That was the last number. Go back, or change one, to guess again.");
  guessForm.classList.toggle("over", !question);
  say("score", `Right at once: ${guess.right} of ${guess.asked}`);
}

// The answer to a guess: whether it is right, and what to say.
function judge(typed, question) {
  const guessed = parsed(typed);
  if (Number.isNaN(guessed)) return { right: null, says: "Type a number, such as -0.5 or 1/3." };
  const near = (number) => guessed === number || Math.abs(guessed - number) <= tolerance(typed, number);
  const { name, number, each, i } = question;
  if (near(number)) return { right: true, says: `Right: ${name} is ${formatNumber(number)}.` };
  const says = each ? missed(question, near) : near(-number) ? "the sign is wrong" : hint(i, name);
  return { right: false, says: `Not yet: ${says}.` };
}

// A number as one types it: -0.5, 0,5, 1/3, inf; NaN if it is none.
function parsed(typed) {
  const plain = typed.trim().replace("−", "-").replace(",", ".").replace(/^(-?)inf$/i, "$1Infinity");
  const [, above, below] = /^([^/]+)\/([^/]+)$/.exec(plain) ?? [null, plain, "1"];
  return plain === "" ? NaN : Number(above) / Number(below);
}

function hint(i, name) {
  if (name.endsWith(".grad")) return "how fast does a number rise with itself";
  return `put the numbers into ${nodes[i].formula} once more`;
}

// What one forgets gives another number: of all that give the guess, the
// mistake with the fewest parts.
function missed({ i, each, g }, near) {
  const { local, before, operand } = each;
  const missing = slope(i, each);
  const mistakes = [{ number: before, parts: ["add what this step brings"] }];
  for (const sign of [1, -1]) {
    for (const [factor, part] of [
      [g * local, ""],
      [local, `multiply by the incoming gradient, ${formatNumber(g)}`],
      [g, `multiply by the local derivative, ${missing}`],
    ]) {
      for (const from of [before, 0]) {
        const parts = [part];
        if (sign < 0) parts.push("mind the sign of the product");
        if (from !== before) parts.push(`add to what had arrived, ${formatNumber(before)}`);
        mistakes.push({ number: from + sign * factor, parts: parts.filter((each) => each !== "") });
      }
    }
  }
  const found = mistakes.filter(({ number, parts }) => parts.length > 0 && near(number));
  if (found.length === 0) return `how fast does ${nodes[i].formula} rise with ${nodes[operand].name}? That is ${missing}`;
  return found.reduce((a, b) => (b.parts.length < a.parts.length ? b : a)).parts.join("; and ");
}

// Half of the last digit that was typed, of two or more; or one in 200.
function tolerance(typed, number) {
  const digits = typed.replace(/e.*$/i, "").replace(/^[^1-9]*/, "").replace(/\D/g, "").length;
  const decimals = /[.,](\d*)$/.exec(typed.trim())?.[1].length ?? 0;
  const half = digits >= 2 && !/e/i.test(typed) && decimals > 0 ? 0.5 * 10 ** -decimals : 0;
  return Math.max(half, Math.abs(number) / 200, 1e-12) * (1 + 1e-9);
}

guessForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = questions(state.now, state.step);
  const question = asked[guess.part];
  if (!question) return;
  const { right, says } = judge(answer.value, question);
  say("verdict", says);
  if (right === null) return;
  if (!guess.tried) {
    guess.asked += 1;
    if (right) guess.right += 1;
    guess.tried = true;
  }
  if (!right) {
    showGuess(state.now, state.step);
    answer.select();
    return;
  }
  answer.value = "";
  guess.tried = false;
  guess.part += 1;
  if (guess.part < asked.length) {
    showGuess(state.now, state.step);
  } else {
    goTo(state.step + 1);
    say("verdict", says);
  }
  answer.focus();
});

// Another step was gone to: its question is a new one.
function newQuestion() {
  guess.part = 0;
  guess.tried = false;
  say("verdict", "");
}
