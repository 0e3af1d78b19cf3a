/** The mark: a rope that runs through a fairlead. */
export function Mark({ size = 30 }: { size?: number }) {
  return (
    <svg aria-hidden="true" fill="none" focusable="false" height={size} viewBox="0 0 32 32" width={size}>
      <circle
        cx="16"
        cy="16"
        r="8.6"
        stroke="var(--mark-ring)"
        strokeDasharray="21.2 5.8"
        strokeDashoffset="-2.9"
        strokeWidth="3"
        transform="rotate(-32 16 16)"
      />
      <path
        d="M2.5 25.5c6.5 0 6.5-9.5 13.5-9.5s7-9.5 13.5-9.5"
        stroke="var(--mark-rope)"
        strokeLinecap="round"
        strokeWidth="3"
      />
    </svg>
  );
}
