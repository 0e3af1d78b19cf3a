import {
  ActionIcon,
  type MantineColorScheme,
  Menu,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { Icon } from "../shared/Icon";

const SCHEMES: { scheme: MantineColorScheme; label: string }[] = [
  { scheme: "auto", label: "As the system" },
  { scheme: "light", label: "Light" },
  { scheme: "dark", label: "Dark" },
];

export function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme("light");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Theme" color="gray" size="lg" variant="subtle">
          <Icon name={shown === "dark" ? "moon" : "sun"} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ scheme, label }) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={scheme === colorScheme ? <Icon name="check" size={15} /> : null}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
