import type { Edge } from "../api/shapes";

export interface Group {
  key: string;
  relation: string;
  /** Of the first edge: in a group by blueprint, of all. */
  blueprint: string;
  edges: Edge[];
}

/** Edges by relation, and where many blueprints may have a relation of that name, by blueprint too. */
export function grouped(edges: Edge[], byBlueprint: boolean): Group[] {
  const groups = new Map<string, Group>();
  for (const edge of edges) {
    const key = byBlueprint ? `${edge.blueprint} ${edge.relation}` : edge.relation;
    const group = groups.get(key);
    if (group) group.edges.push(edge);
    else groups.set(key, { key, relation: edge.relation, blueprint: edge.blueprint, edges: [edge] });
  }
  return [...groups.values()];
}
