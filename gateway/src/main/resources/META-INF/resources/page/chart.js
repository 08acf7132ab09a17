// Line charts as SVG, with a text alternative.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 480;
const HEIGHT = 180;
const MARGIN = { top: 12, right: 12, bottom: 24, left: 56 };

function svgElement(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

/**
 * @param {string} title chart title
 * @param {string[]} labels labels of the points on the horizontal axis
 * @param {{name: string, values: (number|null)[]}[]} lines lines to plot
 * @param {{digits?: number, zero?: boolean}} options digits: number of decimal places; zero: whether the
 *     vertical axis starts at zero
 */
export function chart(title, labels, lines, { digits = 2, zero = false } = {}) {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null && value !== undefined);
  const figure = document.createElement('figure');
  figure.className = 'chart';
  const caption = document.createElement('figcaption');
  caption.textContent = title;
  figure.append(caption);
  if (!values.length) {
    figure.append(Object.assign(document.createElement('p'), { className: 'hint', textContent: 'No data yet.' }));
    return figure;
  }
  const low = zero ? 0 : Math.min(...values);
  const high = Math.max(...values);
  const room = high - low || Math.abs(high) || 1;
  const even = (value) => (digits ? value : 2 * Math.ceil(value / 2)); // so that the middle label is an integer as well
  const [bottom, top] = zero ? [0, even(high) || 2] : [low - 0.1 * room, high + 0.1 * room];
  const x = (i) => MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * (labels.length === 1 ? 0.5 : i / (labels.length - 1)));
  const y = (value) => HEIGHT - MARGIN.bottom - ((HEIGHT - MARGIN.top - MARGIN.bottom) * (value - bottom)) / (top - bottom);
  const svg = svgElement('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words(title, labels, lines, digits) });
  for (const value of [bottom, (bottom + top) / 2, top]) {
    svg.append(
      svgElement('line', { x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(value), y2: y(value), class: 'grid' }),
      svgElement('text', { x: MARGIN.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, value.toFixed(digits)),
    );
  }
  const every = Math.ceil(labels.length / 8);
  labels.forEach((label, i) => {
    if (i % every === 0) {
      svg.append(svgElement('text', { x: x(i), y: HEIGHT - 6, 'text-anchor': 'middle' }, label));
    }
  });
  lines.forEach((line, index) => {
    const points = line.values.map((value, i) => [value, i]).filter(([value]) => value !== null && value !== undefined);
    svg.append(svgElement('polyline', { points: points.map(([value, i]) => `${x(i)},${y(value)}`).join(' '), class: `line line-${index}` }));
    if (points.length <= 40) {
      points.forEach(([value, i]) => svg.append(svgElement('circle', { cx: x(i), cy: y(value), r: 3, class: `dot line-${index}` })));
    }
  });
  figure.append(svg, legend(lines));
  return figure;
}

function legend(lines) {
  const list = document.createElement('ul');
  list.className = 'legend';
  lines.forEach((line, index) => {
    const item = document.createElement('li');
    item.className = `line-${index}`;
    item.textContent = line.name;
    list.append(item);
  });
  return list;
}

function words(title, labels, lines, digits) {
  const said = lines.map(({ name, values }) => {
    const last = values.findLastIndex((value) => value !== null && value !== undefined);
    return last < 0 ? `${name}: no data yet` : `${name}: ${values[last].toFixed(digits)} at ${labels[last]}`;
  });
  return `${title}. ${said.join('; ')}`;
}
