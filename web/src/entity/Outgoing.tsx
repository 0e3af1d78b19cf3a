import { useState } from "react";
import type { Edge, FieldOrigin } from "../api/shapes";
import { Edges } from "./Edges";
import { OriginButton } from "./OriginButton";
import { Origins } from "./Origins";
import classes from "./Relations.module.css";

interface Props {
  edges: Edge[];
  origin: FieldOrigin | null | undefined;
  title: string;
}

/** What one relation of the entity points to, and where that came from. */
export function Outgoing({ edges, origin, title }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <section className={classes.group}>
      <div className={classes.head}>
        <h3 className={classes.title}>{title}</h3>
        <OriginButton label={title} open={open} toggle={() => setOpen(!open)} />
      </div>
      <Edges edges={edges} />
      {open ? <Origins origin={origin} /> : null}
    </section>
  );
}
