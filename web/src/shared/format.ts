/** Numbers, instants and durations for people. */
import type { Instant } from "../api/shapes";

const NUMBER = new Intl.NumberFormat("en-US");
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const EXACT = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const RELATIVE = new Intl.RelativeTimeFormat("en-US");
const VALUE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20, useGrouping: "min2" });

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function count(value: number): string {
  return NUMBER.format(value);
}

/** A number of which it is not known what it counts: it may be a name, so that four digits stay together. */
export function plainNumber(value: number): string {
  return VALUE.format(value);
}

/** `1 record`, `2 records`; `many` for words that do not just take an s. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Undefined for what is no instant. Numbers are seconds since 1970. */
export function date(instant: Instant): Date | undefined {
  const found = new Date(typeof instant === "number" ? instant * 1000 : instant);
  return Number.isNaN(found.getTime()) ? undefined : found;
}

export function exact(instant: Date): string {
  return EXACT.format(instant);
}

export function relative(instant: Date, now: Date): string {
  const seconds = (instant.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.trunc(seconds / length), unit);
  }
  return seconds > 1 ? "in a moment" : "just now";
}

/** `14:03` today, `23 Nov 14:03` this year, else with the year. */
export function clock(instant: Date, now: Date): string {
  const time = TIME.format(instant);
  if (instant.toDateString() === now.toDateString()) return time;
  const day = instant.getFullYear() === now.getFullYear() ? DAY : DATE;
  return `${day.format(instant)}, ${time}`;
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Decimal units: what networks count in. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** `defaultBranch` and `work-item` as words: `Default branch`, `Work item`. */
export function words(name: string): string {
  const spaced = name
    .replace(/[-_]+/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
