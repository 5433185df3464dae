// What promtool complains of in a scrape, and a look at its series. https://prometheus.io/docs/practices/naming/
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the text format; throws at a line that is none. */
export function seriesOf(text: string): Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, inner = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no series: ${line}`);
      const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', held = '']) => [
        label,
        held,
      ]);
      return { name, labels: Object.fromEntries(labels), value: Number(value) };
    });
}

const baseUnits = ['seconds', 'bytes', 'ratio', 'total', 'info'];
const otherUnits = /_(milliseconds|ms|minutes|hours|kilobytes|kb|mb|megabytes|percent|percentage)(_|$)/;

/** One sentence for each fault. */
export function lint(text: string): string[] {
  const helps = new Map(
    [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help = '']) => [name, help]),
  );
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  const metrics = [...types].flatMap(([name, type]) => [
    ...(helps.get(name) ? [] : [`${name} has no help`]),
    ...(/^swarmline_[a-z0-9]+(_[a-z0-9]+)*$/.test(name) ? [] : [`${name} is not in our form`]),
    ...(otherUnits.test(name) ? [`${name} is not in a base unit`] : []),
    ...((type === 'counter') === name.endsWith('_total') ? [] : [`${name} is a ${type}`]),
    ...(type === 'histogram' && !baseUnits.some((unit) => name.endsWith(`_${unit}`))
      ? [`${name} has no unit`]
      : []),
    ...(/_(count|sum|bucket)$/.test(name) ? [`${name} has a reserved ending`] : []),
    ...(name.includes(type) ? [`${name} repeats its type`] : []),
  ]);
  const unnamed = seriesOf(text).flatMap(({ name }) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return types.has(name) || types.get(base) === 'histogram' ? [] : [`${name} has no type`];
  });
  const ids = seriesOf(text).flatMap(({ name, labels }) =>
    Object.entries(labels)
      .filter(([, value]) => /[0-9a-f]{8}|\d{6}|\s|@|:\/\//i.test(value))
      .map(([label, value]) => `${name} has an id in ${label}: ${value}`),
  );
  return [...metrics, ...unnamed, ...ids];
}
