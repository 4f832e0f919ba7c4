/** A whole number with a comma each three digits: 1,234,567. Workflow code has no locales to rely on. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/gu, ',');
}
