// A step in words, as steps() writes it: symbols, numbers, before and after.

// The rows of a step's explanation, each a list of texts for columns.
function explanation(now, step, was = null) {
  if (step === 0) return [];
  const i = nodeOfStep[step];
  const node = nodes[i];
  if (step <= FORWARD) {
    const numbers = node.parents.map((parent) => formatNumber(now.data[parent]));
    const terms = node.signs ? numbers.map(parenthesized) : numbers;
    const earlier = was && formatNumber(was.data[i]) !== formatNumber(now.data[i]);
    return [
      [
        `${node.name} = ${node.formula}`,
        `= ${node.rendered.replace(/\{(\d)\}/g, (_, which) => terms[which])}`,
        `= ${formatNumber(now.data[i])}${earlier ? `   was ${formatNumber(was.data[i])}` : ""}`,
      ],
    ];
  }
  if (step === FORWARD + 1) {
    const name = word(i);
    return [[`every backward pass starts here: ∂${name}/∂${name} = 1`]];
  }
  const out = word(i);
  const g = formatNumber(now.grads[i]);
  return now.contributions[step].map((each) => {
    const operand = word(each.operand);
    const local = formatNumber(each.local);
    const symbol = each.symbol === local ? "" : `= ${g} × ${inFormula(each.symbol)} `;
    return [
      `${operand}.grad += ${out}.grad × ${slope(i, each)}`,
      `${symbol}= ${g} × ${local} = ${formatNumber(each.amount)}`,
      growth(each, now.uses[each.operand]),
    ];
  });
}

// A derivative; the two operands of x - x are told apart.
function slope(i, { operand, which }) {
  const twice = nodes[i].active.filter(({ parent }) => parent === operand).length === 2;
  const place = which === 0 ? "first" : "second";
  return `∂${word(i)}/∂${twice ? `(${place} ${nodes[operand].name})` : word(operand)}`;
}

// A gradient as it grows, 0 → 1 → 4; dots for what is not shown.
function growth(each, uses) {
  const numbers = [formatNumber(each.before), formatNumber(each.after)];
  if (each.use > 2) numbers.unshift("…");
  if (each.use > 1) numbers.unshift(formatNumber(start[each.operand]));
  if (each.use < uses) numbers.push("…");
  return numbers.join(" → ");
}

function word(i) {
  return inFormula(nodes[i].name);
}

// A name or formula in a formula, in parentheses if one could misread it.
function inFormula(text) {
  let outside = text;
  for (let before = null; outside !== before; ) {
    before = outside;
    outside = before.replace(/\([^()[\]]*\)|\[[^()[\]]*\]/gu, "");
  }
  const one = /^(([\p{L}\p{N}_][\p{L}\p{N}_.']*)?|\d[\d.]*e[+-]\d+)$/u;
  return one.test(outside) ? text : `(${text})`;
}

const A_LITTLE = 1e-9; // more than rounding, and less than a case is wide

// Which case of a derivative holds at a node, and whether that is at a kink.
function caseAt(now, i) {
  const { active, parents, cases } = nodes[i];
  if (!cases || active.length === 0 || parents[0] === parents[1]) return "";
  const [{ which, operand }] = active;
  const [held, meetings] = cases[which];
  const given = [now.data[parents[0]], now.data[parents[1]], now.data[i]];
  for (const [k, sides] of operand.borders.entries()) {
    const [left, right] = sides.map((side) => numberOf(() => side(...given)));
    if (Number.isNaN(left) || Number.isNaN(right)) return "";
    if (left !== right) continue;
    const [below, above] = [-1, 1].map((side) => numberOf(() => slopeBeside(i, operand, which, given, side)));
    if (Math.abs(below - above) > A_LITTLE) {
      const jump = `jumps from ${formatNumber(below)} to ${formatNumber(above)}`;
      return `${meetings[k]}, a kink: ${slope(i, { operand: parents[which], which })} ${jump}`;
    }
  }
  return held[operand.held(...given)];
}

// What a derivative tends to as its operand comes from one side: the number
// here of the case that holds a little to that side.
function slopeBeside(i, operand, which, given, side) {
  const beside = [...given];
  beside[which] += side * A_LITTLE * Math.max(1, Math.abs(given[which]));
  beside[2] = OPERATIONS[nodes[i].operation].forward(beside[0], beside[1]);
  return operand.slopes[operand.held(...beside)](...given);
}

// What a function returns; NaN where it has no number, as 1 / a at 0.
function numberOf(compute) {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NoNumber) return NaN;
    throw error;
  }
}

// What a step is about, in a sentence or two.
function headline(now, step) {
  if (step === 0) {
    const name = nodes[output].name;
    return (
      "Only the leaves have values yet. Forward, step by step, every node gets its value from its operands. " +
      `Then backward, every node gets its gradient: how fast ${name} rises with it.`
    );
  }
  const i = nodeOfStep[step];
  if (step <= FORWARD) return `Forward: ${nodes[i].name} is computed from its operands.`;
  if (step === FORWARD + 1) return `Backward: it starts at ${nodes[i].name}, whose gradient is 1.`;
  const operands = [...new Set(nodes[i].active.map(({ parent }) => nodes[parent].name))];
  const found = caseAt(now, i);
  const here = found === "" ? "" : ` Here ${found}.`;
  if (operands.length === 0) return `Backward: ${nodes[i].name} = ${nodes[i].formula} has constants only.`;
  return `Backward: ${nodes[i].name} = ${nodes[i].formula} hands its gradient on to ${operands.join(" and ")}.${here}`;
}

// Which sums a step leaves incomplete, and which it completes, in sentences.
function sums(now, step) {
  const last = new Map(now.contributions[step]?.map((each) => [each.operand, each]));
  return [...last.values()].flatMap((each) => {
    const uses = now.uses[each.operand];
    if (uses === 1) return [];
    const name = nodes[each.operand].name;
    if (each.use < uses) {
      return [`${name} has ${uses} uses, and its gradient is the sum over all: ${each.use} of ${uses} so far.`];
    }
    const shares = now.contributions.flat().filter(({ operand }) => operand === each.operand);
    const terms = shares.map(({ amount }) => parenthesized(formatNumber(amount)));
    return [`${name} has ${uses} uses, and its gradient is the sum over all: ${cut(terms).join(" + ")} = ${formatNumber(each.sum)}.`];
  });
}

function cut(terms) {
  return terms.length <= 8 ? terms : [...terms.slice(0, 6), "…", terms.at(-1)];
}

// The paths from the output to a node, at most `limit`: lists of nodes, each
// with the derivatives along it, from 1; and how many paths there are.
function pathsTo(target, now, limit) {
  const counts = nodes.map((node, i) => (i === target ? 1 : 0));
  for (const i of operations) {
    if (i === target) continue;
    counts[i] = nodes[i].active.reduce((sum, { parent }) => sum + counts[parent], 0);
  }
  const found = [];
  const walk = (i, path, factors) => {
    if (found.length >= limit || counts[i] === 0) return;
    if (i === target) {
      found.push({ path: [...path, i], factors });
      return;
    }
    for (const { parent, which } of nodes[i].active) {
      const each = now.contributions[backwardStep(i)].find((one) => one.which === which);
      walk(parent, [...path, i], [...factors, each.local]);
    }
  };
  walk(output, [], [1]);
  return { found, count: counts[output], onPath: new Set(counts.flatMap((count, i) => (count > 0 ? [i] : []))) };
}
