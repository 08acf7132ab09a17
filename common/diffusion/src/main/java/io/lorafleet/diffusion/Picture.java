package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * A picture in host memory.
 *
 * @param rgb three bytes a pixel, row by row from the top
 */
public record Picture(int width, int height, byte[] rgb) {

    /** @param image (1, 3, H, W) from -1 to 1; what is outside is clamped */
    static Picture of(NDArray image) {
        Shape shape = image.getShape();
        int height = Math.toIntExact(shape.get(2));
        int width = Math.toIntExact(shape.get(3));
        float[] planes = image.toFloatArray();
        byte[] rgb = new byte[planes.length];
        int pixels = width * height;
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int channel = 0; channel < 3; channel++) {
                float unit = Math.min(Math.max(planes[channel * pixels + pixel] / 2 + 0.5f, 0), 1);
                rgb[3 * pixel + channel] = (byte) Math.rint(unit * 255); // half to even, as numpy rounds
            }
        }
        return new Picture(width, height, rgb);
    }
}
