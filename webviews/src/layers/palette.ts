/** Colours of magnitudes: lightness grows away from the theme's background and hue turns, so both tell them apart. */
import type { Theme } from '../shared/theme';
import { isDark } from './luminance';

const shades = 64;

export interface Palette {
  /** From the least to the most. */
  readonly colours: readonly string[];
  readonly broken: string;
  readonly text: string;
  readonly faint: string;
  readonly outline: string;
}

export function paletteOf(theme: Theme): Palette {
  const dark = isDark(theme.background);
  const colours = Array.from({ length: shades }, (_, i) => {
    const t = i / (shades - 1);
    // OKLCH: equal steps of t look equally far apart.
    const lightness = dark ? 0.28 + 0.6 * t : 0.94 - 0.62 * t;
    const chroma = 0.07 + 0.11 * Math.sin(Math.PI * (0.15 + 0.7 * t));
    const hue = dark ? 285 - 190 * t : 100 + 180 * t;
    return `oklch(${lightness.toFixed(3)} ${chroma.toFixed(3)} ${hue.toFixed(0)})`;
  });
  return { colours, broken: theme.error, text: theme.foreground, faint: theme.faint, outline: theme.foreground };
}

/** The colour of a share of the scale. */
export const colourAt = ({ colours }: Palette, share: number): string =>
  colours[Math.round(Math.min(1, Math.max(0, share)) * (colours.length - 1))] as string;
