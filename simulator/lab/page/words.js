// How numbers are written for people.

/** Seconds as people say them. */
export function spoken(seconds) {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size < 1) return size ? `${sign}${size.toFixed(1)} s` : "0 s";
  if (size < 90) return `${sign}${Math.round(size)} s`;
  if (size < 5400) return `${sign}${Math.round(size / 60)} min`;
  if (size < 172800) return `${sign}${(size / 3600).toFixed(1)} h`;
  return `${sign}${(size / 86400).toFixed(1)} d`;
}

/** Dollars: cents below a thousand. */
export function money(amount) {
  const size = Math.abs(amount);
  const digits = size < 1000 ? 2 : 0;
  return `${amount < 0 ? "−" : ""}$${size.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** A value in its unit. */
export function written(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "s") return spoken(value);
  if (unit === "USD") return money(value);
  if (unit === "share") return `${Math.round(100 * value)} %`;
  if (unit === "node-hours") return `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)} node-h`;
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

/** A difference in words: what became more or less, and by how much. */
export function difference(now, before, unit) {
  if (now === null || before === null || now === undefined || before === undefined) return "";
  const change = now - before;
  if (Math.abs(change) < 1e-9 || written(Math.abs(change), unit) === written(0, unit)) return "the same";
  const share = before ? ` (${change > 0 ? "+" : "−"}${Math.abs((100 * change) / before).toFixed(0)} %)` : "";
  if (unit === "share") return `${change > 0 ? "+" : "−"}${Math.abs(100 * change).toFixed(0)} points`;
  return `${change > 0 ? "+" : "−"}${written(Math.abs(change), unit)}${share}`;
}
