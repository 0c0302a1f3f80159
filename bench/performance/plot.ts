/** A line of a plot. */
export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a plot shows. */
export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Whether each step to the right is ten times as much, or as much more. */
  readonly xScale: "log" | "linear";
  readonly lines: readonly Line[];
}

const WIDTH = 720;
const HEIGHT = 360;
const AREA = { left: 64, right: 500, top: 40, bottom: 308 };
// Told apart without colours as well: by their marks' order in the legend, which is that of the lines.
const COLOURS = ["#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#b91c1c", "#525252"];

/** Draws a plot as SVG: the same text for the same numbers. */
export function drawPlot({ title, x, y, xScale, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const across = scaleOf(
    points.map((point) => point.x),
    xScale,
  );
  const top = roundUp(Math.max(...points.map((point) => point.y)));
  const placeX = (value: number) => AREA.left + across(value) * (AREA.right - AREA.left);
  const placeY = (value: number) => AREA.bottom - (value / top) * (AREA.bottom - AREA.top);
  const ticksX = [...new Set(points.map((point) => point.x))];
  const shownX = xScale === "log" ? ticksX : evenly(Math.max(...ticksX));

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(AREA.left, 22, title, 'font-size="14" font-weight="bold"'),
    ...evenly(top).flatMap((value) => [
      `<path d="M${AREA.left} ${round(placeY(value))}H${AREA.right}" stroke="#e5e5e5"/>`,
      text(AREA.left - 8, placeY(value) + 4, label(value), 'text-anchor="end"'),
    ]),
    ...shownX.map((value) =>
      text(placeX(value), AREA.bottom + 18, label(value), 'text-anchor="middle"'),
    ),
    `<path d="M${AREA.left} ${AREA.bottom}H${AREA.right}" stroke="#525252"/>`,
    text((AREA.left + AREA.right) / 2, HEIGHT - 10, x, 'text-anchor="middle"'),
    text(AREA.left - 8, AREA.top - 10, y, 'text-anchor="end" font-style="italic"'),
    ...lines.flatMap((line, at) => drawLine(line, at, placeX, placeY)),
    "</svg>",
    "",
  ].join("\n");
}

function drawLine(
  { name, points }: Line,
  at: number,
  placeX: (value: number) => number,
  placeY: (value: number) => number,
): readonly string[] {
  const colour = COLOURS[at % COLOURS.length];
  const places = points.map((point) => `${round(placeX(point.x))} ${round(placeY(point.y))}`);
  const legend = AREA.top + 10 + at * 20;
  const marks = points.length > 20 ? [] : places;
  return [
    `<path d="M${places.join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...marks.map((place) => {
      const [cx, cy] = place.split(" ");
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
    }),
    `<path d="M${AREA.right + 16} ${legend}h20" stroke="${colour}" stroke-width="3"/>`,
    text(AREA.right + 42, legend + 4, name, ""),
  ];
}

/** Where a value lies between the least and the greatest, from 0 to 1. */
function scaleOf(values: readonly number[], scale: Plot["xScale"]): (value: number) => number {
  // A logarithm of 0 there is none: it stands where half of the least does.
  const least = Math.min(...values.filter((value) => value > 0));
  const of = (value: number) => (scale === "log" ? Math.log(Math.max(value, least / 2)) : value);
  const low = scale === "log" ? Math.min(...values.map(of)) : 0;
  const range = Math.max(...values.map(of)) - low || 1;
  return (value) => (of(value) - low) / range;
}

function evenly(top: number): readonly number[] {
  return [0, 1, 2, 3, 4].map((part) => (top * part) / 4);
}

/** To a number that four parts of are easy to read. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 8, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const space = attributes === "" ? "" : " ";
  return `<text x="${round(x)}" y="${round(y)}"${space}${attributes}>${escaped(content)}</text>`;
}

function label(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  if (value >= 1_000) return `${value / 1_000} k`;
  return `${Number(value.toPrecision(3))}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
