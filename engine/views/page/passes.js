// Both passes over the graph. The numbers are those of linegrad in Python, to
// the last bit where only + - * / and comparisons are used.

const lesson = JSON.parse(document.getElementById("lesson").textContent);
const nodes = lesson.nodes.map((node) => ({ parents: [], ...node }));
const operations = nodes.flatMap((node, i) => (node.parents.length > 0 ? [i] : []));
const leaves = nodes.flatMap((node, i) => (node.parents.length > 0 || node.kind === "constant" ? [] : [i]));
const output = nodes.length - 1;
// Steps are counted from 1: one for each operation forward, then one that sets
// the output's gradient to 1, then one for each operation backward.
const FORWARD = operations.length;
const LAST = 2 * FORWARD + 1;

// The node of each step, and the step of each operation's forward pass.
const nodeOfStep = [null, ...operations, output, ...operations.toReversed()];
const stepOfNode = new Map(operations.map((node, i) => [node, i + 1]));

// The step at which an operation hands its gradient on.
function backwardStep(i) {
  return LAST + 1 - stepOfNode.get(i);
}

// The operands of an operation to which it hands a gradient on.
for (const i of operations) {
  nodes[i].active = nodes[i].parents.flatMap((parent, which) => {
    const operand = OPERATIONS[nodes[i].operation].operands[which];
    return operand && nodes[parent].kind !== "constant" ? [{ which, parent, operand }] : [];
  });
}

// Recompute the data of some operations, in this order.
function evaluate(order, data) {
  for (const i of order) {
    const { parents, operation } = nodes[i];
    try {
      data[i] = OPERATIONS[operation].forward(data[parents[0]], data[parents[1]]);
    } catch (error) {
      throw explained(error, i, data, "");
    }
  }
  return data;
}

// What the backward pass adds to each gradient. It calls `visit` with each
// contribution that it adds.
function backward(data, visit = () => {}) {
  const added = nodes.map(() => 0);
  added[output] = 1;
  for (let k = operations.length - 1; k >= 0; k--) {
    const i = operations[k];
    const [a, b] = [data[nodes[i].parents[0]], data[nodes[i].parents[1]]];
    for (const active of nodes[i].active) {
      try {
        const amount = 0 + active.operand.contribution(a, b, data[i], added[i]);
        const before = added[active.parent];
        added[active.parent] += amount;
        visit(i, active, amount, before);
      } catch (error) {
        throw explained(error, i, data, "the derivative of ");
      }
    }
  }
  return added;
}

function explained(error, i, data, what) {
  if (!(error instanceof NoNumber)) return error;
  const { formula, parents, rendered } = nodes[i];
  const named = parents.filter((at) => nodes[at].name !== formatNumber(data[at])); // not 3 = 3
  const numbers = new Set(named.map((at) => `${nodes[at].name} = ${formatNumber(data[at])}`));
  const where = numbers.size > 0 ? ` where ${[...numbers].join(", ")}` : "";
  const isIndex = rendered.startsWith("checked_index(");
  const reason = isIndex ? `not a whole number from 0 to ${data[parents[1]] - 1}` : error.message;
  return new NoNumber(`${what}${formula}${where}: ${reason}`);
}

// Both passes at these data of the leaves. For each step, `contributions` has
// what it adds to gradients; `uses` counts them for each node.
function pass(given) {
  const data = evaluate(operations, [...given]);
  const contributions = nodeOfStep.map(() => []);
  const uses = nodes.map(() => 0);
  uses[output] = 1;
  const added = backward(data, (i, { which, parent, operand }, amount, before) => {
    const [a, b] = [data[nodes[i].parents[0]], data[nodes[i].parents[1]]];
    uses[parent] += 1;
    contributions[backwardStep(i)].push({
      operand: parent,
      which,
      amount,
      local: operand.derivative(a, b, data[i]),
      symbol: nodes[i].derivatives[which][operand.case(a, b, data[i])],
      before: start[parent] + before,
      after: start[parent] + (before + amount),
      use: uses[parent],
      sum: before + amount,
    });
  });
  return { data, grads: added.map((sum, i) => start[i] + sum), contributions, uses };
}

// Gradients from before the pass, which leaves keep.
const start = nodes.map((node) => Number(node.start ?? 0));

// What there is after a step: the nodes' data, gradients and states. A number
// that has not arrived is null.
function view(now, step) {
  const data = now.data.map((number, i) => ((stepOfNode.get(i) ?? 0) <= step ? number : null));
  const grads = nodes.map(() => null);
  const received = nodes.map(() => 0);
  const arriving = new Set(step > 0 && step <= FORWARD ? [nodeOfStep[step]] : []);
  if (step > FORWARD) {
    grads[output] = start[output] + 1;
    received[output] = 1;
    if (step === FORWARD + 1) arriving.add(output);
  }
  for (let k = FORWARD + 2; k <= step; k++) {
    for (const { operand, after } of now.contributions[k]) {
      grads[operand] = after;
      received[operand] += 1;
      if (k === step) arriving.add(operand);
    }
  }
  const partial = nodes.map((node, i) => received[i] > 0 && received[i] < now.uses[i]);
  const states = nodes.map((node, i) => {
    if (arriving.has(i)) return "arriving";
    if (step <= FORWARD || node.kind === "constant") return data[i] === null ? "waiting" : "complete";
    if (received[i] === 0) return "waiting";
    return partial[i] ? "partial" : "complete";
  });
  return { step, data, grads, partial, states };
}
