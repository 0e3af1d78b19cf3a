import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { catalogQuery } from "../api/queries";
import page from "../shared/Page.module.css";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";

/** `/catalog` without a blueprint: the first that has entities. */
export function FirstTable() {
  usePageTitle("Catalog");
  const { data, error, refetch } = useQuery(catalogQuery);
  const blueprints = data?.blueprints ?? [];
  const first = blueprints.find(({ entities }) => entities > 0) ?? blueprints[0];
  if (first) return <Navigate params={{ blueprint: first.identifier }} replace to="/catalog/$blueprint" />;
  return (
    <div className={page.page}>
      <h1 className={page.title}>Catalog</h1>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <p>There is no blueprint yet. The first sync brings them: fairlead sync</p> : null}
    </div>
  );
}
