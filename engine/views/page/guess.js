// Guessing: the number about to arrive is asked for, and a wrong answer is
// looked at for the factor that was missed.

const guess = { on: false, asked: 0, right: 0, part: 0, tried: false };
const guessForm = document.getElementById("guess");

// What the next step computes, one number after the other.
function questions(now, step) {
  if (step >= LAST) return [];
  const i = nodeOfStep[step + 1];
  const { name } = nodes[i];
  if (step < FORWARD) {
    const terms = [...new Set(nodes[i].parents)].filter((at) => nodes[at].kind !== "constant");
    const given = terms.map((at) => `${nodes[at].name} = ${formatNumber(now.data[at])}`).join(", ");
    const asks = `${name} = ${nodes[i].formula}, where ${given}. What is ${name}?`;
    return [{ asks, answer: now.data[i] }];
  }
  if (step === FORWARD) {
    return [{ asks: `The backward pass starts at ${name}. What is ∂${word(i)}/∂${word(i)}?`, answer: 1 }];
  }
  return now.contributions[step + 1].map((each) => {
    const [out, operand] = [word(i), word(each.operand)];
    const so = each.use > 1 || each.before !== 0 ? `, and ${operand}.grad is ${formatNumber(each.before)} so far` : "";
    const asks =
      `${name} = ${nodes[i].formula} hands ${out}.grad = ${formatNumber(now.grads[i])} on${so}. ` +
      `${operand}.grad += ${out}.grad × ∂${out}/∂${operand}. What is ${operand}.grad then?`;
    return { asks, answer: each.after, each, g: now.grads[i] };
  });
}

function showGuess(now, step) {
  guessForm.hidden = !guess.on;
  document.querySelector("[data-do=guess]").setAttribute("aria-pressed", guess.on);
  if (!guess.on) return;
  const question = questions(now, step)[guess.part];
  say("question", question ? question.asks : "That was the last number. Go back, or change one, to guess again.");
  guessForm.classList.toggle("over", !question);
  say("score", `${guess.right} of ${guess.asked} right`);
}

function wrong(says) {
  return { right: false, says };
}

// The answer to a guess: whether it is right, and what to say.
function judge(typed, question) {
  const guessed = Number(typed.trim().replace("−", "-").replace(",", "."));
  if (typed.trim() === "" || !Number.isFinite(guessed)) return { right: null, says: "Type a number, such as -0.5." };
  const near = (number) => Math.abs(guessed - number) <= tolerance(typed, number);
  const { answer, each, g } = question;
  if (near(answer)) return { right: true, says: `Right: ${formatNumber(answer)}.` };
  if (!each) {
    return wrong(near(-answer) ? "The sign is wrong." : "Not that. Put the numbers into the formula once more.");
  }
  const { local, amount, before } = each;
  const missing = [];
  const product = formatNumber(local) !== formatNumber(amount);  // by a gradient other than 1
  if (product && (near(local) || near(before + local))) {
    missing.push("you forgot the incoming gradient: multiply by it");
  }
  if (before !== 0 && (near(amount) || near(local))) {
    missing.push(`you forgot to add to what had arrived, ${formatNumber(before)}`);
  }
  if (missing.length > 0) return wrong(`Nearly: ${missing.join("; and ")}.`);
  if (near(before)) return wrong("That is what it had before. Add what this step brings.");
  if (near(-answer) || near(-amount) || near(before - amount)) return wrong("The sign is wrong.");
  if (near(g) || near(before + g)) return wrong("That is the incoming gradient alone: multiply by the local derivative.");
  return wrong("The local derivative is wrong: how does the result change if this operand rises a little?");
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
  const field = guessForm.elements.guess;
  const asked = questions(state.now, state.step);
  const question = asked[guess.part];
  if (!question) return;
  const { right, says } = judge(field.value, question);
  say("verdict", says);
  if (right === null) return;
  if (!guess.tried) {
    guess.asked += 1;
    if (right) guess.right += 1;
    guess.tried = true;
  }
  if (!right) {
    showGuess(state.now, state.step);
    field.select();
    return;
  }
  field.value = "";
  guess.tried = false;
  guess.part += 1;
  if (guess.part < asked.length) {
    showGuess(state.now, state.step);
  } else {
    goTo(state.step + 1);
    say("verdict", says);
  }
  field.focus();
});

// Another step was gone to: its question is a new one.
function newQuestion() {
  guess.part = 0;
  guess.tried = false;
  say("verdict", "");
}
