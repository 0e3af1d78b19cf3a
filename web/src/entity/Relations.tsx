import { useQuery } from "@tanstack/react-query";
import { catalogQuery } from "../api/queries";
import type { Edge, Entity, FieldOrigin, EntityPage as Found } from "../api/shapes";
import { relationFields } from "../shared/fields";
import { count, words } from "../shared/format";
import { Panel } from "../shared/Panel";
import { Incoming } from "./Incoming";
import { originOf } from "./Origins";
import { Outgoing } from "./Outgoing";
import classes from "./Relations.module.css";

interface Props {
  entity: Entity;
  found: Found;
  origins: FieldOrigin[] | undefined;
}

/** What the entity points to. */
export function PointsTo({ entity, found, origins }: Props) {
  const { data } = useQuery(catalogQuery);
  const here = data?.blueprints.find(({ identifier }) => identifier === entity.blueprint);
  const fields = here ? relationFields(here.definition) : [];
  return (
    <Panel title="Points to">
      {found.outgoing.length === 0 ? <p className={classes.none}>Nothing</p> : null}
      {byRelation(found.outgoing).map(([relation, edges]) => (
        <Outgoing
          edges={edges}
          key={relation}
          origin={originOf(origins, `relations.${relation}`)}
          title={fields.find(({ name }) => name === relation)?.label ?? words(relation)}
        />
      ))}
    </Panel>
  );
}

/** What points to the entity, by blueprint and relation. */
export function PointedToBy({ entity, found }: Omit<Props, "origins">) {
  const { data } = useQuery(catalogQuery);
  const blueprints = data?.blueprints ?? [];
  const here = blueprints.find(({ identifier }) => identifier === entity.blueprint);
  const pointing = blueprints.flatMap((blueprint) =>
    relationFields(blueprint.definition)
      .filter(({ target }) => target === entity.blueprint)
      .map((field) => ({ blueprint, field })),
  );
  const total = found.incomingCount;
  if (total === 0) return null;
  return (
    <Panel aside={<span className={classes.count}>{count(total)}</span>} title="Pointed to by">
      <div className={classes.groups}>
        {pointing.map(({ blueprint, field }) => (
          <Incoming
            blueprint={blueprint}
            field={field}
            identifier={entity.identifier}
            key={`${blueprint.identifier} ${field.name}`}
            told={field.label === here?.title ? "" : ` by ${field.label}`}
          />
        ))}
      </div>
    </Panel>
  );
}

function byRelation(edges: Edge[]): [string, Edge[]][] {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const group = groups.get(edge.relation);
    if (group) group.push(edge);
    else groups.set(edge.relation, [edge]);
  }
  return [...groups];
}
