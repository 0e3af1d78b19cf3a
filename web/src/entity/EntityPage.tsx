import { Button, Skeleton } from "@mantine/core";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { catalogQuery, entityQuery, explainQuery } from "../api/queries";
import type { Entity, Explanation, EntityPage as Found } from "../api/shapes";
import { Copy } from "../shared/Command";
import { words } from "../shared/format";
import { blueprintIcon, Icon } from "../shared/Icon";
import page from "../shared/Page.module.css";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";
import { Absent } from "./Absent";
import { Deliveries } from "./Deliveries";
import classes from "./EntityPage.module.css";
import { History } from "./History";
import { Properties } from "./Properties";
import { PointedToBy, PointsTo } from "./Relations";

const NOT_THERE = 404;

export function EntityPage() {
  const { blueprint, identifier } = useParams({ from: "/catalog/$blueprint/$identifier" });
  const found = useQuery(entityQuery(blueprint, identifier));
  const explained = useQuery(explainQuery(blueprint, identifier));
  const title = found.data?.entity.title || identifier;
  usePageTitle(title, words(blueprint));
  const unknown = found.error instanceof ApiError && found.error.status === NOT_THERE;
  if (found.error && !found.data && !unknown) {
    return (
      <div className={page.page}>
        <Trouble error={found.error} retry={() => void found.refetch()} />
      </div>
    );
  }
  return (
    <article className={page.page} key={`${blueprint} ${identifier}`}>
      <Head blueprint={blueprint} found={found.data} identifier={identifier} title={title} />
      {found.isPending ? <Waiting /> : null}
      {unknown || found.data?.exists === false ? (
        <Absent explanation={explained.data} incoming={found.data?.incoming ?? []} />
      ) : null}
      {found.data?.exists ? (
        <Body entity={found.data.entity} explained={explained} found={found.data} />
      ) : null}
    </article>
  );
}

interface HeadProps {
  blueprint: string;
  found: Found | undefined;
  identifier: string;
  title: string;
}

function Head({ blueprint, found, identifier, title }: HeadProps) {
  const { data } = useQuery(catalogQuery);
  const counted = data?.blueprints.find((one) => one.identifier === blueprint);
  return (
    <header className={classes.head}>
      <div className={classes.names}>
        <nav aria-label="Where you are">
          <Link className={classes.blueprint} params={{ blueprint }} to="/catalog/$blueprint">
            <Icon name={blueprintIcon(blueprint)} size={17} />
            {counted?.title ?? words(blueprint)}
          </Link>
        </nav>
        <h1 className={page.title}>{title}</h1>
        <p className={classes.identifier}>
          <code>{identifier}</code>
          <Copy label="Copy the identifier" text={identifier} />
        </p>
      </div>
      {found?.link ? (
        <Button
          component="a"
          href={found.link}
          leftSection={<Icon name="external" size={17} />}
          rel="noreferrer"
          target="_blank"
        >
          Open in Azure DevOps
        </Button>
      ) : null}
    </header>
  );
}

interface BodyProps {
  entity: Entity;
  explained: UseQueryResult<Explanation>;
  found: Found;
}

function Body({ entity, explained, found }: BodyProps) {
  const { data } = useQuery(catalogQuery);
  const definition = data?.blueprints.find((one) => one.identifier === entity.blueprint)?.definition;
  return (
    <div className={classes.body}>
      <div className={classes.column}>
        {definition ? (
          <Properties definition={definition} entity={entity} origins={explained.data?.fields} />
        ) : (
          <Skeleton height={320} radius={12} />
        )}
        {explained.error ? <Trouble error={explained.error} retry={() => void explained.refetch()} /> : null}
        <PointedToBy entity={entity} found={found} />
      </div>
      <div className={classes.column}>
        <PointsTo entity={entity} found={found} origins={explained.data?.fields} />
        <Deliveries deliveries={explained.data?.deliveries} />
        <History past={explained.data?.history} />
      </div>
    </div>
  );
}

function Waiting() {
  return (
    <div className={classes.body}>
      <Skeleton height={420} radius={12} />
      <Skeleton height={280} radius={12} />
    </div>
  );
}
