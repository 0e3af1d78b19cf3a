/** What the API answers, by the names that the page uses. Instants are ISO 8601, or seconds since 1970 in reports. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type Instant = string | number;

export interface Property {
  title?: string;
  type: string;
  format?: string;
  description?: string;
  enum?: (string | number)[];
  items?: { type?: string; format?: string };
}

export interface Relation {
  title?: string;
  target: string;
  many?: boolean;
  required?: boolean;
}

export interface Blueprint {
  identifier: string;
  title?: string;
  icon?: string | null;
  description?: string;
  schema: { properties: Record<string, Property>; required?: string[] };
  relations?: Record<string, Relation>;
}

export interface CountedBlueprint {
  identifier: string;
  title: string;
  icon: string | null;
  entities: number;
  definition: Blueprint;
}

export interface Catalog {
  entities: number;
  stubs: number;
  blueprints: CountedBlueprint[];
}

export interface Entity {
  identifier: string;
  title?: string | null;
  blueprint: string;
  icon?: string | null;
  team?: Json;
  properties: Record<string, Json>;
  relations: Record<string, Json>;
  createdAt?: string;
  updatedAt?: string;
}

export interface Edge {
  relation: string;
  blueprint: string;
  identifier: string;
  title: string | null;
  exists: boolean;
}

export interface EntityPage {
  entity: Entity | null;
  exists: boolean;
  link: string | null;
  outgoing: Edge[];
  incoming: Edge[];
  incomingCount: number;
}

export interface Origin {
  position: number;
  kind: string;
  expression: string;
  record: string;
  connection: string;
  read_at: Instant;
  wins: boolean;
  value: Json;
  note: string;
  frozen: string;
}

export interface FieldOrigin {
  field: string;
  value: Json;
  sources: Origin[];
  violations: string[];
}

export interface Past {
  run: number;
  at: Instant;
  op: string;
  reason: string;
  record: string;
  state: string;
}

export interface Explanation {
  blueprint: string;
  identifier: string;
  exists: boolean;
  known: boolean;
  absence: string;
  fields: FieldOrigin[];
  history: Past[];
}

export interface Progress {
  connection: string;
  kind: string;
  records: number;
  walksDone: number;
  walks: number;
  finished: boolean;
  requests: number;
  seconds: number;
}

export interface Status {
  version: string;
  catalog: { entities: number; stubs: number; pending: number; held: number; unresolved: number };
  proof: { scopes: number; proved: number; at: Instant } | null;
  connections: { name: string; url: string }[];
  run: { run: number; mode: string; state: string; started: Instant; progress: Progress[] } | null;
  last: {
    run: number;
    mode: string;
    state: string;
    started: Instant;
    ended: Instant;
    seconds: number;
    changes: number;
    exitCode: number;
  } | null;
  deliveries: { target: string; due: number; refused: number }[];
}

export interface RunSummary {
  run: number;
  mode: string;
  state: string;
  started: Instant;
  ended: Instant;
  seconds: number;
  changes: number;
  exit_code: number;
}

export interface Reading {
  connection: string;
  kind: string;
  form: string;
  state: string;
  scopes: number;
  proved: number;
  reasons: string[];
  records: number;
  changed: number;
  drifted: number;
  gone: number;
  left: number;
  unseen: number;
}

export interface RunReport {
  run: number;
  mode: string;
  state: string;
  resumed: boolean;
  readings: Reading[];
  change_counts?: Record<string, Record<string, number>>;
  held: number;
  unresolved: number;
  entities: number;
  frozen_count: number;
  warnings: string[];
  requests: Record<string, Record<string, number>>;
  request_count: number;
  bytes_received: number;
  seconds: number;
}

export interface Change {
  op: string;
  blueprint: string;
  identifier: string;
  cause: { reason: string; kind?: string; record?: string };
}
