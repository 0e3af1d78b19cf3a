import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The one accent: the brass of a ship's fittings. */
const brass: MantineColorsTuple = [
  "#fbf5ea",
  "#f5e7cf",
  "#efd4a8",
  "#e5b475",
  "#d89f58",
  "#c4853b",
  "#a96b25",
  "#8c5414",
  "#733f0c",
  "#5a3108",
];

const sea: MantineColorsTuple = [
  "#e8f6f1",
  "#cfeadf",
  "#a3d8c4",
  "#74c6a8",
  "#4fb592",
  "#2f9c79",
  "#1d8264",
  "#106a50",
  "#0a543f",
  "#063f2f",
];

const slate: MantineColorsTuple = [
  "#f4f6f6",
  "#e9eeef",
  "#dbe3e5",
  "#c4d0d4",
  "#a3b4ba",
  "#7c909a",
  "#556a75",
  "#3c515c",
  "#213742",
  "#10252f",
];

const deep: MantineColorsTuple = [
  "#dde8eb",
  "#b9cad1",
  "#94aab4",
  "#6f8894",
  "#3a5666",
  "#25404f",
  "#17303d",
  "#10252f",
  "#0b1c25",
  "#07141b",
];

export const theme = createTheme({
  primaryColor: "brass",
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  colors: { brass, sea, gray: slate, dark: deep },
  black: "#10252f",
  fontFamily: '"Hanken Grotesk Variable", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, "DejaVu Sans Mono", monospace',
  headings: { fontFamily: '"Hanken Grotesk Variable", system-ui, sans-serif', fontWeight: "640" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
});
