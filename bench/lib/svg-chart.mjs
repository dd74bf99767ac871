const colors = ['#4c6ef5', '#12b886', '#f59f00', '#e64980', '#868e96', '#7950f2'];
const font = 'font-family="system-ui, sans-serif"';

/** Horizontal bars with a line from the lower to the upper quartile: `groups` of `{ title, unit, bars: [{ label, value, low, high }] }`. */
export function barChart(title, groups) {
  const left = 230;
  const width = 860;
  let y = 60;
  const parts = [];
  for (const { title: heading, unit, mark, bars } of groups) {
    const top = Math.max(...bars.map((bar) => bar.high ?? bar.value), mark?.value ?? 0) || 1;
    const x = (value) => left + (value / top) * (width - left - 140);
    parts.push(text(20, y, heading, 'font-weight="600" font-size="14"'));
    y += 12;
    const start = y;
    bars.forEach((bar, index) => {
      parts.push(text(left - 10, y + 15, bar.label, 'text-anchor="end" font-size="12"'));
      parts.push(
        `<rect x="${left}" y="${y}" width="${(x(bar.value) - left).toFixed(1)}" height="20" fill="${colors[index % colors.length]}" opacity="0.85"/>`,
      );
      if (bar.low !== undefined && bar.high !== undefined) {
        parts.push(
          `<path d="M${x(bar.low).toFixed(1)} ${y + 10}H${x(bar.high).toFixed(1)}" stroke="#212529" stroke-width="2"/>`,
        );
      }
      parts.push(
        text(
          x(Math.max(bar.value, bar.high ?? 0)) + 8,
          y + 15,
          `${format(bar.value)} ${unit}`,
          'font-size="12"',
        ),
      );
      y += 26;
    });
    if (mark !== undefined) {
      parts.push(
        `<path d="M${x(mark.value).toFixed(1)} ${start - 4}V${y}" stroke="#c92a2a" stroke-dasharray="4 3"/>`,
      );
      parts.push(text(x(mark.value) + 4, y + 8, mark.label, 'font-size="11" fill="#c92a2a"'));
    }
    y += 40;
  }
  return svg(width, y, title, parts);
}

/** Lines over a common x axis: `series` of `{ label, points: [[x, y], …] }`. */
export function lineChart(title, { xLabel, yLabel, series }) {
  const [width, height, left, bottom] = [860, 420, 70, 370];
  const points = series.flatMap((line) => line.points);
  const maxX = Math.max(...points.map(([x]) => x), 1);
  const maxY = Math.max(...points.map(([, y]) => y), 1) * 1.1;
  const x = (value) => left + (value / maxX) * (width - left - 40);
  const y = (value) => bottom - (value / maxY) * (bottom - 60);
  const parts = [`<path d="M${left} 60V${bottom}H${width - 40}" stroke="#868e96" fill="none"/>`];
  for (let step = 0; step <= 4; step += 1) {
    const [atX, atY] = [(maxX * step) / 4, (maxY * step) / 4];
    parts.push(text(left - 8, y(atY) + 4, format(atY), 'text-anchor="end" font-size="11"'));
    parts.push(text(x(atX), bottom + 18, format(atX), 'text-anchor="middle" font-size="11"'));
  }
  parts.push(
    text(width / 2, bottom + 38, xLabel, 'text-anchor="middle" font-size="12"'),
    text(20, 52, yLabel, 'font-size="12"'),
  );
  series.forEach(({ label, points: line }, index) => {
    const path = line
      .map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`)
      .join('');
    const color = colors[index % colors.length];
    parts.push(`<path d="${path}" stroke="${color}" stroke-width="2" fill="none"/>`);
    parts.push(text(left + 20, 76 + index * 18, label, `font-size="12" fill="${color}"`));
  });
  return svg(width, height, title, parts);
}

function svg(width, height, title, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(20, 30, title, 'font-size="16" font-weight="600"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function text(x, y, content, attributes = '') {
  const escaped = String(content).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${font} ${attributes}>${escaped}</text>`;
}

function format(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2);
}
