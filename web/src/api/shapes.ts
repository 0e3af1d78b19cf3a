/**
 * What the API answers, by the names that the page uses. `schema.d.ts` is made from openapi.json (`make check-page`);
 * what is said here beside it is what a schema cannot tell: any JSON is JSON, and a definition is a blueprint.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** ISO 8601, or seconds since 1970 in what is as the command line's `--json`. */
export type Instant = string | number;

export interface Property {
  title?: string;
  type: string;
  format?: string;
  description?: string;
  enum?: (string | number)[];
}

export interface Relation {
  title?: string;
  target: string;
  many?: boolean;
}

/** As the user wrote it: only what Fairlead itself relies on is sure to be there. */
export interface Blueprint {
  description?: string;
  schema?: { properties?: Record<string, Property> };
  relations?: Record<string, Relation>;
}

export type CountedBlueprint = Omit<Schemas["BlueprintLine"], "definition"> & { definition: Blueprint };
export type Catalog = Omit<Schemas["CatalogOverview"], "blueprints"> & { blueprints: CountedBlueprint[] };

/** Of a list, only the fields that were asked for are there. */
export type Entity = Pick<Schemas["PortEntity"], "blueprint" | "identifier" | "title"> & {
  team?: Json;
  properties?: Record<string, Json>;
  relations?: Record<string, Json>;
};

export type Edge = Schemas["Neighbor"];
export type EntityPage = Omit<Schemas["EntityPage"], "entity"> & { entity: Entity };

export type Origin = Omit<Schemas["Origin"], "value"> & { value: Json };
export type FieldOrigin = Omit<Schemas["FieldOrigin"], "sources" | "value"> & {
  value: Json;
  sources: Origin[];
};
export type Past = Schemas["Past"];
export type Delivery = Schemas["Delivery"];
export type Explanation = Omit<Schemas["Explanation"], "fields"> & { fields: FieldOrigin[] };

export type Progress = Schemas["KindProgress"];
export type Status = Schemas["Status"];

export type RunSummary = Schemas["RunSummary"];
export type RunReport = Schemas["RunDocument"];
export type Reading = Schemas["ReadingReport"];
export type DeliveryReport = Schemas["DeliveryReport"];
export type Refusal = Schemas["RefusalReport"];
export type Change = Schemas["ChangeLine"];
