/** Filters of a table: what can be asked of each type of field, as words and as a query of the API. */
import { type Field, type fieldsOf, IDENTIFIER, TITLE } from "../shared/fields";

export interface Condition {
  field: string;
  is: Operator;
  value?: string | number | boolean | string[];
}

export type Operator =
  | "after"
  | "before"
  | "begins"
  | "contains"
  | "empty"
  | "equals"
  | "has"
  | "in"
  | "less"
  | "more"
  | "not"
  | "set"
  | "within";

export interface Rule {
  property: string;
  operator: string;
  value?: unknown;
}

export interface Query {
  combinator: "and" | "or";
  rules: (Rule | Query)[];
}

interface Meaning {
  words: string;
  operator: string;
  /** False where nothing is compared with. */
  valued: boolean;
}

export const MEANINGS: Record<Operator, Meaning> = {
  after: { words: "is after", operator: ">", valued: true },
  before: { words: "is before", operator: "<", valued: true },
  begins: { words: "begins with", operator: "beginsWith", valued: true },
  contains: { words: "contains", operator: "contains", valued: true },
  empty: { words: "is empty", operator: "isEmpty", valued: false },
  equals: { words: "is", operator: "=", valued: true },
  has: { words: "has", operator: "containsAny", valued: true },
  in: { words: "is one of", operator: "in", valued: true },
  less: { words: "is less than", operator: "<", valued: true },
  more: { words: "is more than", operator: ">", valued: true },
  not: { words: "is not", operator: "!=", valued: true },
  set: { words: "has a value", operator: "isNotEmpty", valued: false },
  within: { words: "is within", operator: "between", valued: true },
};

const PRESENCE: Operator[] = ["set", "empty"];

const OPERATORS: Record<Field["type"], Operator[]> = {
  boolean: ["equals", ...PRESENCE],
  date: ["within", "after", "before", ...PRESENCE],
  enum: ["in", ...PRESENCE],
  list: ["has", ...PRESENCE],
  markdown: ["contains", ...PRESENCE],
  number: ["equals", "more", "less", ...PRESENCE],
  object: PRESENCE,
  relation: ["equals", ...PRESENCE],
  text: ["equals", "not", "contains", "begins", ...PRESENCE],
  url: ["contains", "begins", ...PRESENCE],
};

export function operatorsOf(field: Field): Operator[] {
  return OPERATORS[field.type];
}

/** Spans that end now, as the API names them. */
export const SPANS: Record<string, string> = {
  today: "today",
  lastDay: "the last day",
  lastWeek: "the last week",
  last2Weeks: "the last two weeks",
  lastMonth: "the last month",
  last3Months: "the last three months",
  last6Months: "the last six months",
  last12Months: "the last year",
};

/** Undefined where everything is asked for. Conditions on fields that the blueprint has not are left out. */
export function toQuery(
  text: string,
  conditions: Condition[],
  fields: ReturnType<typeof fieldsOf>,
): Query | undefined {
  const rules: Query["rules"] = conditions.flatMap((condition) => {
    const field = fields.find(({ id }) => id === condition.field);
    return field === undefined || !isWhole(condition) ? [] : [toRule(field, condition)];
  });
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    const named = [TITLE, IDENTIFIER].map(({ name }) => ({
      property: name,
      operator: "contains",
      value: word,
    }));
    rules.push({ combinator: "or", rules: named });
  }
  return rules.length === 0 ? undefined : { combinator: "and", rules };
}

function toRule(field: Field, { is, value }: Condition): Rule {
  const { operator, valued } = MEANINGS[is];
  if (!valued) return { property: field.name, operator };
  if (is === "within") return { property: field.name, operator, value: { preset: value } };
  if (is === "has") return { property: field.name, operator, value: Array.isArray(value) ? value : [value] };
  return { property: field.name, operator, value };
}

/** Whether the condition says enough to be asked. */
export function isWhole({ is, value }: Condition): boolean {
  if (!MEANINGS[is].valued) return true;
  return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}

/** What is compared with, for people. */
export function valueWords({ is, value }: Condition): string {
  if (!MEANINGS[is].valued || value === undefined) return "";
  if (is === "within") return SPANS[String(value)] ?? String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
