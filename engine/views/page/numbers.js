// Numbers: how they are written, and what JavaScript's Math does otherwise than
// Python's.

// Where an operation has no number: log of -1, 1 / 0, exp of 1000.
class NoNumber extends Error {}

// A function's result, unless it has none for these arguments.
function checked(result, ...given) {
  const fromNaN = given.some(Number.isNaN);
  const fromInfinity = given.some((x) => !Number.isFinite(x));
  if ((Number.isNaN(result) && !fromNaN) || (Math.abs(result) === Infinity && !fromInfinity)) {
    throw new NoNumber("there is no such real number");
  }
  return result;
}

function divide(a, b) {
  if (b === 0) throw new NoNumber("division by zero");
  return a / b;
}

// As in C and Python, 1 to any power is 1, and so is -1 to an infinite one.
function pow(a, b) {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

// The error function and its complement. Close to 0, Maclaurin's series; far
// from it, a continued fraction (Abramowitz and Stegun 7.1.5, 7.1.14).
function erf(x) {
  const size = Math.abs(x);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  if (size >= 1) return Math.sign(x) * (1 - erfc(size));
  let sum = 0;
  for (let n = 22; n >= 1; n--) sum = ERF_SERIES[n] + sum * x * x;
  return x + x * (ERF_SERIES[0] + sum * x * x);
}

function erfc(x) {
  if (x < 0) return 1 + erf(-x);
  if (!(x >= 0.25)) return 1 - erf(x);
  if (x > 28) return 0;
  let fraction = x;
  for (let n = Math.ceil(20 + 200 / x / x); n >= 1; n--) fraction = x + n / 2 / fraction;
  const high = Math.fround(x); // whose square is exact
  const density = Math.exp(-high * high);
  return (density + density * Math.expm1((high - x) * (high + x))) / (fraction * Math.sqrt(Math.PI));
}

// Math.hypot scales its operands, and so rounds more often than needed.
function hypot(a, b) {
  const square = a * a + b * b;
  return square > 1e-280 && square < 1e280 ? Math.sqrt(square) : Math.hypot(a, b);
}

// Whether a textbook's formula gives a derivative, in the digits that people see.
function agrees(textbook, derivative) {
  try {
    return Math.abs(textbook() - derivative()) <= 5e-5 * Math.abs(derivative());
  } catch {
    return false;
  }
}

// The coefficients of erf(x) / x - 1: 2 / √π (-1)^n / (n! (2n + 1)), the first
// of them less 1.
const ERF_SERIES = [0.1283791670955126];
for (let n = 1, factorial = 1; n <= 22; n++) {
  factorial *= -n;
  ERF_SERIES.push(2 / Math.sqrt(Math.PI) / factorial / (2 * n + 1));
}

// Four significant digits, or whole, as linegrad writes numbers in Python. A
// number between -1 and 1 takes as many as tell it from these.
function formatNumber(x, digits = 4) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (x === 0) return "0";
  const [mantissa, exponent] = roundedHalfToEven(x, digits);
  if (exponent === 0 && Math.abs(x) < 1) return formatNumber(x, digits + 1);
  if (exponent >= digits && Math.abs(x) < 999999.5) return wholeHalfToEven(x);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${trimmed(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return trimmed(Number(`${mantissa}e${exponent}`).toFixed(Math.max(digits - 1 - exponent, 0)));
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

// Mantissa and exponent; a tie goes to the even digit, as in Python.
function roundedHalfToEven(x, digits) {
  const [exact, exponent] = x.toExponential(60).split("e");
  const length = exact.indexOf(".") + digits; // of the sign, the point and the digits
  const down = exact.slice(0, length);
  const tie = /^50*$/.test(exact.slice(length)) && Number(down.at(-1)) % 2 === 0;
  const [mantissa, other] = tie ? [down, exponent] : x.toExponential(digits - 1).split("e");
  return [mantissa, Number(other)];
}

function wholeHalfToEven(x) {
  const down = Math.floor(x);
  const rest = x - down;
  const up = rest > 0.5 || (rest === 0.5 && down % 2 !== 0);
  return String(up ? down + 1 : down);
}

// The number for a picture, with a minus as mathematics prints it.
function pictured(x, digits = 4) {
  return formatNumber(x, digits).replaceAll("-", "−");
}

// A number in a formula, which a minus would make hard to read.
function parenthesized(text) {
  return text.startsWith("-") ? `(${text})` : text;
}

function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// Every digit, for programs that read the page.
function exactly(x) {
  return Object.is(x, -0) ? "-0" : String(x);
}
