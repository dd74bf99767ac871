const colors = ['#4c6ef5', '#868e96', '#12b886', '#f59f00', '#e64980'];
const [width, height, left, right, top, bottom] = [860, 460, 80, 30, 60, 400];

/** Cost against quality as SVG: a line per curve, a mark per single model. */
export function qualityChart(title, { curves, singles }) {
  const all = [...curves.flatMap(({ points }) => points), ...singles];
  const maxCost = Math.max(...all.map(({ cost }) => cost)) * 1.03;
  const qualities = all.map(({ quality }) => quality);
  const low = Math.min(...qualities) - 0.01;
  const high = Math.max(...qualities) + 0.01;
  const x = (cost) => left + (cost / maxCost) * (width - left - right);
  const y = (quality) => bottom - ((quality - low) / (high - low)) * (bottom - top);
  const parts = [`<path d="M${left} ${top}V${bottom}H${width - right}" stroke="#868e96" fill="none"/>`];
  for (let step = 0; step <= 4; step += 1) {
    const [cost, quality] = [(maxCost * step) / 4, low + ((high - low) * step) / 4];
    parts.push(text(x(cost), bottom + 18, (cost * 1000).toFixed(3), 'text-anchor="middle" font-size="11"'));
    parts.push(text(left - 8, y(quality) + 4, quality.toFixed(3), 'text-anchor="end" font-size="11"'));
  }
  parts.push(
    text((left + width) / 2, bottom + 40, 'USD per 1,000 calls', 'text-anchor="middle" font-size="12"'),
  );
  parts.push(text(16, top - 12, 'share of good answers', 'font-size="12"'));
  curves.forEach(({ name, points }, i) => {
    const color = colors[i % colors.length];
    const path = points
      .map((point, at) => `${at === 0 ? 'M' : 'L'}${x(point.cost).toFixed(1)} ${y(point.quality).toFixed(1)}`)
      .join('');
    const dash = i === 0 ? '' : ' stroke-dasharray="5 4"';
    parts.push(`<path d="${path}" stroke="${color}" stroke-width="2" fill="none"${dash}/>`);
    parts.push(
      text(
        width - right - 330,
        bottom - 20 - (curves.length - 1 - i) * 18,
        name,
        `font-size="12" fill="${color}"`,
      ),
    );
  });
  for (const { name, cost, quality } of singles) {
    parts.push(`<circle cx="${x(cost).toFixed(1)}" cy="${y(quality).toFixed(1)}" r="4" fill="#212529"/>`);
    const isRight = x(cost) > width / 2;
    parts.push(
      text(
        x(cost) + (isRight ? -8 : 8),
        y(quality) - 8,
        name,
        `font-size="11"${isRight ? ' text-anchor="end"' : ''}`,
      ),
    );
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(20, 28, title, 'font-size="15" font-weight="600"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function text(x, y, content, attributes) {
  const escaped = String(content).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-family="system-ui, sans-serif" ${attributes}>${escaped}</text>`;
}
