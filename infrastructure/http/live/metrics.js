// Parses the Prometheus text format.

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{.*\})? (\S+)/;

/** Returns the value of each metric by name; samples that differ in labels are added up. */
export function parseMetrics(text) {
  const values = new Map();
  for (const line of text.split("\n")) {
    const sample = SAMPLE.exec(line);
    if (sample) values.set(sample[1], (values.get(sample[1]) ?? 0) + Number(sample[2]));
  }
  return values;
}
