// Numbers out of the Prometheus text format.

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{.*\})? (\S+)/;

/** The value of each metric by name; those with labels are added up. */
export function parseMetrics(text) {
  const values = new Map();
  for (const line of text.split("\n")) {
    const sample = SAMPLE.exec(line);
    if (sample) values.set(sample[1], (values.get(sample[1]) ?? 0) + Number(sample[2]));
  }
  return values;
}
