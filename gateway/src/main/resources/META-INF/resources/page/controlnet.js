// The selection of a ControlNet and its condition image.

import { field, fileField, make, slider } from './dom.js';

const NONE = '';

/** Builds the form fields for a ControlNet. They are hidden while the base has no ControlNets. */
export function controlNetChoice() {
  // The names are those of the fields of a request, so that errors are shown beside them.
  const name = make('select', { name: 'controls[0].name' });
  const file = make('input', { type: 'file', name: 'controls[0].image', accept: 'image/png,image/jpeg' });
  const strength = slider('Strength', { name: 'controls[0].scale', min: 0, max: 2, step: 0.05, value: 1 });
  const image = make('img.condition', { alt: 'The condition image', hidden: true });
  const zone = fileField('Condition image (PNG or JPEG)', file, showImage);
  zone.append(image);
  const element = make('fieldset', {}, make('legend', {}, 'ControlNet'), field('Name', name), zone, strength.row);

  function show() {
    zone.hidden = strength.row.hidden = name.value === NONE;
    file.required = !zone.hidden;
  }

  function showImage() {
    URL.revokeObjectURL(image.src);
    image.hidden = !file.files.length;
    if (file.files.length) {
      image.src = URL.createObjectURL(file.files[0]);
    } else {
      image.removeAttribute('src');
    }
  }

  name.addEventListener('change', show);

  return {
    element,
    inputs: [name, file, strength.input],
    /** @param {{name: string}[]} controlNets the ControlNets of the base */
    showFor: (controlNets) => {
      const before = name.value;
      name.replaceChildren(make('option', { value: NONE }, 'none'),
        ...controlNets.map((each) => make('option', { value: each.name }, each.name)));
      name.value = controlNets.some((each) => each.name === before) ? before : NONE;
      element.hidden = !controlNets.length;
      show();
    },
    /** The form does not keep the condition image, which can be large. */
    state: () => (name.value === NONE ? null : { name: name.value, scale: strength.input.value }),
    /** @param {{name: string, scale: number}|null} chosen the ControlNet to select */
    restore: (chosen) => {
      name.value = [...name.options].some(({ value }) => value === chosen?.name) ? chosen.name : NONE;
      strength.input.value = chosen?.scale ?? 1;
      strength.show();
      show();
    },
    toRequest: async () => (name.value === NONE ? [] : [{
      name: name.value,
      ...(file.files.length ? { image: await dataUrl(file.files[0]) } : {}),
      scale: Number(strength.input.value),
    }]),
  };
}

/** @returns {Promise<string>} the file as a data: URL, which the API accepts */
function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result));
    reader.addEventListener('error', () => reject(new Error(`Cannot read ${file.name}.`)));
    reader.readAsDataURL(file);
  });
}
