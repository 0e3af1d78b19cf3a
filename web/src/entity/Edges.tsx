import { useState } from "react";
import type { Edge } from "../api/shapes";
import { EntityLink } from "../shared/EntityLink";
import { count } from "../shared/format";
import { blueprintIcon, Icon } from "../shared/Icon";
import { Tag } from "../shared/Tag";
import classes from "./Relations.module.css";

const SHOWN = 6;

interface Props {
  edges: (Pick<Edge, "blueprint" | "exists" | "identifier"> & { title: string | null })[];
}

/** Links to entities; a few, then all that are there. */
export function Edges({ edges }: Props) {
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
