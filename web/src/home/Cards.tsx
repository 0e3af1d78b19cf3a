import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Catalog } from "../api/shapes";
import { count } from "../shared/format";
import { blueprintIcon, Icon } from "../shared/Icon";
import classes from "./Cards.module.css";

/** How many cards are drawn before it is known how many there are. */
const EXPECTED = 8;

/** The totals by blueprint; the empty ones come last. */
export function Cards({ catalog }: { catalog: Catalog | undefined }) {
  const blueprints = catalog?.blueprints.toSorted((a, b) => Number(b.entities > 0) - Number(a.entities > 0));
  return (
    <section aria-labelledby="cards-title">
      <h2 className={classes.heading} id="cards-title">
        Catalog
      </h2>
      <ul className={classes.cards}>
        {blueprints
          ? blueprints.map(({ identifier, title, entities, definition }) => (
              <li key={identifier}>
                <Link
                  className={classes.card}
                  data-empty={entities === 0 || undefined}
                  params={{ blueprint: identifier }}
                  title={definition.description}
                  to="/catalog/$blueprint"
                >
                  <span className={classes.icon}>
                    <Icon name={blueprintIcon(identifier)} size={20} />
                  </span>
                  <span className={classes.title}>{title}</span>
                  <span className={classes.count}>{count(entities)}</span>
                </Link>
              </li>
            ))
          : Array.from({ length: EXPECTED }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: nothing but their number tells them apart
              <li key={index}>
                <Skeleton height={68} radius={12} />
              </li>
            ))}
      </ul>
    </section>
  );
}
