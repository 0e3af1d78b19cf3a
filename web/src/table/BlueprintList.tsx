import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { catalogQuery } from "../api/queries";
import { count } from "../shared/format";
import { blueprintIcon, Icon } from "../shared/Icon";
import classes from "./BlueprintList.module.css";

/** All blueprints, beside the table; above it where the page is narrow. */
export function BlueprintList({ current }: { current: string }) {
  const { data } = useQuery(catalogQuery);
  const here = useRef<HTMLAnchorElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link that is here is another one then
  useEffect(() => {
    here.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current, data === undefined]);
  return (
    <nav aria-label="Blueprints" className={classes.list}>
      {data === undefined ? <Skeleton height={300} /> : null}
      {data?.blueprints.map(({ identifier, title, entities }) => (
        <Link
          aria-current={identifier === current ? "page" : undefined}
          className={classes.link}
          key={identifier}
          params={{ blueprint: identifier }}
          ref={identifier === current ? here : undefined}
          to="/catalog/$blueprint"
        >
          <Icon name={blueprintIcon(identifier)} size={17} />
          <span className={classes.title}>{title}</span>
          <span className={classes.count}>{count(entities)}</span>
        </Link>
      ))}
    </nav>
  );
}
