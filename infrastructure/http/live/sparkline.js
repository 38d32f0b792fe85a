// A small bar chart of a number over time: one bar for each value.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 24;
const LEAST = 1;

export class Sparkline {
  #bars = make("path", { class: "bars" });
  #most;
  element = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });

  /** `most` is the maximum number of values. */
  constructor(most) {
    this.#most = most;
    this.element.append(this.#bars);
  }

  /** Shows the values, the newest on the right; null leaves a gap. */
  show(values) {
    const step = WIDTH / this.#most;
    const highest = Math.max(...values.map((value) => value ?? 0));
    const bars = values.map((value, index) => {
      if (value === null) return "";
      const height = Math.max(LEAST, highest ? (value / highest) * HEIGHT : 0);
      return `M${(this.#most - values.length + index + 0.5) * step} ${HEIGHT}v-${height}`;
    });
    this.#bars.setAttribute("d", bars.join(""));
  }
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
