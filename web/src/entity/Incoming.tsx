import { Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { entitiesQuery } from "../api/queries";
import type { CountedBlueprint } from "../api/shapes";
import type { Field } from "../shared/fields";
import { count } from "../shared/format";
import { type Condition, toQuery } from "../table/conditions";
import { Edges } from "./Edges";
import classes from "./Relations.module.css";

const ASKED = 50;

interface Props {
  blueprint: CountedBlueprint;
  field: Field;
  identifier: string;
  /** Which relation it is, where the blueprint alone does not tell. */
  told: string;
}

/** The entities of one blueprint that point here by one relation. Asked for apart, so that no kind hides another. */
export function Incoming({ blueprint, field, identifier, told }: Props) {
  const where: Condition[] = [{ field: field.id, is: "equals", value: identifier }];
  const question = {
    query: toQuery("", where, [field]),
    include: ["identifier", "title", "blueprint"],
    limit: ASKED,
  };
  const { data, hasNextPage, isPending } = useInfiniteQuery({
    ...entitiesQuery(blueprint.identifier, question),
    enabled: blueprint.entities > 0,
  });
  const entities = data?.pages[0]?.entities ?? [];
  if (blueprint.entities === 0 || (!isPending && entities.length === 0)) return null;
  return (
    <section className={classes.group}>
      <div className={classes.head}>
        <h3 className={classes.title}>
          {blueprint.title}
          {told}{" "}
          {isPending ? null : (
            <span className={classes.count}>
              {count(entities.length)}
              {hasNextPage ? "+" : ""}
            </span>
          )}
        </h3>
        <Link
          className={classes.all}
          params={{ blueprint: blueprint.identifier }}
          search={{ where }}
          to="/catalog/$blueprint"
        >
          as a table
        </Link>
      </div>
      {isPending ? <Skeleton height={60} /> : null}
      <Edges edges={entities.map((entity) => ({ ...entity, exists: true }))} />
    </section>
  );
}
