/** The page's own line icons: 24 units wide, drawn with the color of the text around them. */

const PATHS = {
  area: "M4 6.5 9.5 4l5 2.5L20 4v13.5L14.5 20l-5-2.5L4 20zM9.5 4v13.5M14.5 6.5V20",
  back: "M19 12H5m6-6-6 6 6 6",
  board: "M4 4.5h16v15H4zM9.3 4.5v15m5.4-15v15",
  branch:
    "M7 8.5v7M7 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm0 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM17 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm0 0c0 4.5-10 2.5-10 7",
  build: "m14.5 6.5 3 3M5 19l8.5-8.5m-1.8-5.6 7.4 7.4 1.6-3.9-5-5z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  chevron: "m9 6 6 6-6 6",
  close: "m6 6 12 12M18 6 6 18",
  column: "M8 4.5h8v15H8zM4 7v10M20 7v10",
  columns: "M4 5h16v14H4zM10 5v14M15 5v14",
  copy: "M9 9h10.5v10.5H9zM6 15H4.5V4.5H15V6",
  deployment: "M12 15V4m-4.5 4L12 3.5 16.5 8M4.5 14v5.5h15V14",
  entity: "m12 3.5 7.5 4.3v8.4L12 20.5l-7.5-4.3V7.8zM4.8 8l7.2 4 7.2-4M12 12v8",
  environment:
    "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17Z",
  external: "M13.5 4.5h6v6M19 5l-8.5 8.5M10 6H5v13h13v-5",
  file: "M6 3.5h8l4 4v13H6zM13.5 3.5V8H18M9 12.5h6M9 16h6",
  filter: "M4 6h16M7 12h10m-7 6h4",
  folder: "M3.5 6h6l2 2.5h9v10.5h-17z",
  group: "M12 3.5 19 6v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zm-3 8.3 2.2 2.2 4-4.3",
  home: "M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5V14h4v5.5",
  iteration: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9m0-5v5h-5",
  moon: "M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10Z",
  origin:
    "M6.5 20a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm11-11a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM9 17.5h5a3 3 0 0 0 3-3V9.2",
  pipeline: "M4 8h5.5v8H4zM14.5 8H20v8h-5.5zM9.5 12h5",
  plus: "M12 5v14M5 12h14",
  project: "M4 5h16v14H4zM4 9.5h16M8 13h8M8 16h5",
  pullRequest:
    "M7 8.5v7M7 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm0 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm10 0a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm0-5V9.5c0-2-1-3-3-3h-2.5M13.5 4l-2.5 2.5L13.5 9",
  release: "M4 12.5V4h8.5l8 8-8.5 8.5zM8.2 8.2h.1",
  repository: "M6 4h12.5v16H7.5A2 2 0 0 1 5.5 18V5.5M18.5 16H7.5a2 2 0 0 0-2 2M9 8h6",
  run: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7v5.3l3.5 2",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  sortDown: "M12 5v14m-5-5 5 5 5-5",
  sortUp: "M12 19V5M7 10l5-5 5 5",
  stage: "M4 6h10l6 6-6 6H4l4-6z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4",
  sync: "M19.5 10A8 8 0 0 0 5 8L4 9.5M4 5v4.5h4.5M4.5 14A8 8 0 0 0 19 16l1-1.5m0 4.5v-4.5h-4.5",
  team: "M8.5 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3 19c.5-3.3 2.6-5 5.5-5s5 1.7 5.5 5M15.5 5a3 3 0 0 1 0 6m1 3.2c2.5.4 4.1 2 4.5 4.8",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c.7-4 3.5-5.8 7.5-5.8s6.8 1.8 7.5 5.8",
  warning: "M12 4 3.5 19.5h17zM12 10v4.5m0 2.5v.1",
  workItem: "M5 4.5h14v15H5zm3.5 7.5 2.5 2.5 4.5-5",
} as const;

export type IconName = keyof typeof PATHS;

interface Props {
  name: IconName;
  size?: number;
  className?: string;
}

/** Always decoration: what it means stands beside it, or labels the control that it is in. */
export function Icon({ name, size = 18, className }: Props) {
  return (
    <svg
      aria-hidden="true"
      className={className}
      fill="none"
      focusable="false"
      height={size}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.6"
      viewBox="0 0 24 24"
      width={size}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The first word that a blueprint's identifier holds decides; longer words come first. */
const BY_WORD: [string, IconName][] = [
  ["pullrequest", "pullRequest"],
  ["workitem", "workItem"],
  ["deployment", "deployment"],
  ["environment", "environment"],
  ["releasedefinition", "pipeline"],
  ["iteration", "iteration"],
  ["repository", "repository"],
  ["pipelinestage", "stage"],
  ["pipelinerun", "run"],
  ["groupmember", "group"],
  ["service", "repository"],
  ["stage", "stage"],
  ["pipeline", "pipeline"],
  ["release", "release"],
  ["column", "column"],
  ["project", "project"],
  ["branch", "branch"],
  ["folder", "folder"],
  ["board", "board"],
  ["build", "build"],
  ["group", "group"],
  ["team", "team"],
  ["user", "user"],
  ["area", "area"],
  ["file", "file"],
];

export function blueprintIcon(identifier: string): IconName {
  const plain = identifier.toLowerCase().replace(/[^a-z]/g, "");
  return BY_WORD.find(([word]) => plain.includes(word))?.[1] ?? "entity";
}
