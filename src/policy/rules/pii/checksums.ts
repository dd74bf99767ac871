/** Check digit of card numbers and several national ids. `digits` holds digits only. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let value = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
  }
  return sum % 10 === 0;
}

const VERHOEFF_PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
const verhoeffRounds = buildVerhoeffRounds();

/** Check digit of Aadhaar numbers. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = digits.charCodeAt(digits.length - 1 - i) - 48;
    check = multiplyInDihedralGroup(check, verhoeffRounds[(i % 8) * 10 + value] ?? 0);
  }
  return check === 0;
}

/** The permutation applied zero to seven times to each digit. */
function buildVerhoeffRounds(): Uint8Array {
  const rounds = new Uint8Array(80);
  for (let digit = 0; digit < 10; digit++) {
    let value = digit;
    for (let round = 0; round < 8; round++) {
      rounds[round * 10 + digit] = value;
      value = VERHOEFF_PERMUTATION[value] ?? 0;
    }
  }
  return rounds;
}

/** Group of the symmetries of a pentagon: 0–4 are rotations, 5–9 reflections. */
function multiplyInDihedralGroup(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
}

/** Weighted sum of the leading digits; digits beyond the weights are left out. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (digits.charCodeAt(i) - 48);
  return sum;
}

/** True for a number such as 1111: checks pass it, nobody has it. */
export function isOneDigitRepeated(digits: string): boolean {
  for (let i = 1; i < digits.length; i++) if (digits.charCodeAt(i) !== digits.charCodeAt(0)) return false;
  return true;
}
