import classes from "./RopeArt.module.css";

/** A rope through a fairlead, large and faint. */
export function RopeArt() {
  return (
    <svg
      aria-hidden="true"
      className={classes.art}
      fill="none"
      focusable="false"
      preserveAspectRatio="xMidYMid slice"
      viewBox="0 0 1440 400"
    >
      <g stroke="var(--hero-line)" strokeWidth="1.5">
        <path d="M-20 390C420 390 560 150 820 150S1180 40 1460 40" />
        <path d="M-20 402C426 402 572 162 826 162S1186 52 1460 52" />
        <path d="M-20 414C432 414 584 174 832 174S1192 64 1460 64" />
        <circle cx="824" cy="162" r="98" />
        <circle cx="824" cy="162" r="72" />
      </g>
    </svg>
  );
}
