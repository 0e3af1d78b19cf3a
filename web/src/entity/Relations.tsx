import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { catalogQuery } from "../api/queries";
import type { Edge, Entity, FieldOrigin, EntityPage as Found } from "../api/shapes";
import { EntityLink } from "../shared/EntityLink";
import { count, words } from "../shared/format";
import { blueprintIcon, Icon } from "../shared/Icon";
import { Panel } from "../shared/Panel";
import { Tag } from "../shared/Tag";
import { type Group, grouped } from "./grouped";
import { Origins } from "./Origins";
import classes from "./Relations.module.css";

const SHOWN = 8;

interface Props {
  entity: Entity;
  found: Found;
  origins: FieldOrigin[] | undefined;
}

/** What the entity points to, and what points to it. */
export function Relations({ entity, found, origins }: Props) {
  return (
    <div className={classes.both}>
      <Panel title="Points to">
        {found.outgoing.length === 0 ? <p className={classes.none}>Nothing</p> : null}
        {grouped(found.outgoing, false).map((group) => (
          <Outgoing
            blueprint={entity.blueprint}
            group={group}
            key={group.key}
            origin={origins?.find(({ field }) => field === `relations.${group.relation}`)}
          />
        ))}
      </Panel>
      <Incoming entity={entity} found={found} />
    </div>
  );
}

function useRelationTitle(blueprint: string, relation: string): string {
  const { data } = useQuery(catalogQuery);
  const definition = data?.blueprints.find(({ identifier }) => identifier === blueprint)?.definition;
  return definition?.relations?.[relation]?.title || words(relation);
}

interface OutgoingProps {
  blueprint: string;
  group: Group;
  origin: FieldOrigin | undefined;
}

function Outgoing({ blueprint, group, origin }: OutgoingProps) {
  const [open, setOpen] = useState(false);
  const title = useRelationTitle(blueprint, group.relation);
  return (
    <section className={classes.group}>
      <div className={classes.head}>
        <h3 className={classes.title}>{title}</h3>
        <button
          aria-expanded={open}
          aria-label={`Where ${title} came from`}
          className={classes.origin}
          onClick={() => setOpen(!open)}
          title="Where it came from"
          type="button"
        >
          <Icon name="origin" size={17} />
        </button>
      </div>
      <Edges edges={group.edges} />
      {open ? <Origins origin={origin} /> : null}
    </section>
  );
}

function Incoming({ entity, found }: Pick<Props, "entity" | "found">) {
  const { incoming, incomingCount } = found;
  return (
    <Panel
      aside={incomingCount > 0 ? <span className={classes.count}>{count(incomingCount)}</span> : null}
      title="Pointed to by"
    >
      {incoming.length === 0 ? <p className={classes.none}>Nothing</p> : null}
      {grouped(incoming, true).map((group) => (
        <IncomingGroup group={group} key={group.key} target={entity} />
      ))}
    </Panel>
  );
}

function IncomingGroup({ group, target }: { group: Group; target: Entity }) {
  const { data } = useQuery(catalogQuery);
  const title = useRelationTitle(group.blueprint, group.relation);
  const blueprint = data?.blueprints.find(({ identifier }) => identifier === group.blueprint);
  const here = data?.blueprints.find(({ identifier }) => identifier === target.blueprint)?.title;
  return (
    <section className={classes.group}>
      <div className={classes.head}>
        <h3 className={classes.title}>
          {blueprint?.title ?? words(group.blueprint)}
          {title === here ? "" : ` by ${title}`}
        </h3>
        <Link
          className={classes.all}
          params={{ blueprint: group.blueprint }}
          search={{
            where: [{ field: `relations.${group.relation}`, is: "equals", value: target.identifier }],
          }}
          to="/catalog/$blueprint"
        >
          as a table
        </Link>
      </div>
      <Edges edges={group.edges} />
    </section>
  );
}

function Edges({ edges }: { edges: Edge[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? edges : edges.slice(0, SHOWN);
  return (
    <>
      <ul className={classes.edges}>
        {shown.map(({ blueprint, identifier, title, exists }) => (
          <li className={classes.edge} key={identifier}>
            <Icon className={classes.icon} name={blueprintIcon(blueprint)} size={16} />
            <EntityLink blueprint={blueprint} className={classes.name} identifier={identifier}>
              {title || identifier}
            </EntityLink>
            {exists ? null : <Tag tone="bad">no record makes it</Tag>}
          </li>
        ))}
      </ul>
      {edges.length > SHOWN ? (
        <button aria-expanded={all} className={classes.more} onClick={() => setAll(!all)} type="button">
          {all ? "Fewer" : `${count(edges.length - SHOWN)} more`}
        </button>
      ) : null}
    </>
  );
}
