// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;

/**
 * An image in host memory.
 *
 * @param width width in pixels
 * @param height height in pixels
 * @param rgb pixels in row-major order from the top left, three bytes each
 */
public record RgbImage(int width, int height, byte[] rgb) {

    public RgbImage {
        if (rgb.length != 3 * width * height) {
            throw new IllegalArgumentException(
                    "rgb: expected 3 x " + width + " x " + height + " bytes, found " + rgb.length);
        }
    }

    /** @param image array (1, 3, H, W) in [-1, 1]; values outside are clamped */
    public static RgbImage of(NDArray image) {
        Shape shape = image.getShape();
        int height = Math.toIntExact(shape.get(2));
        int width = Math.toIntExact(shape.get(3));
        return of(image.toFloatArray(), width, height);
    }

    /** @param planes red, green and blue planes, each (H, W) in [-1, 1]; values outside are clamped */
    static RgbImage of(float[] planes, int width, int height) {
        byte[] rgb = new byte[planes.length];
        int pixels = width * height;
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int channel = 0; channel < 3; channel++) {
                float unit = Math.min(Math.max(planes[channel * pixels + pixel] / 2 + 0.5f, 0), 1);
                rgb[3 * pixel + channel] = (byte) Math.rint(unit * 255); // half to even, as numpy rounds
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** @return the colors of a JDK image, without transparency, as Pillow's {@code convert("RGB")} returns them */
    public static RgbImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        boolean gray = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            int pixel = gray ? gray(image, x, y) : image.getRGB(x, y);
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return new RgbImage(width, height, rgb);
    }

    /** Reads the stored gray value. {@code getRGB()} would treat it as linear light and brighten it. */
    private static int gray(BufferedImage image, int x, int y) {
        int bits = image.getColorModel().getComponentSize(0);
        int value = image.getRaster().getSample(x, y, 0) * 255 / ((1 << bits) - 1);
        return value << 16 | value << 8 | value;
    }

    /** @return the gray value of a pixel, 0 to 255, as Pillow's {@code convert("L")} computes it (ITU-R 601-2) */
    int luma(int pixel) {
        int red = rgb[3 * pixel] & 0xFF;
        int green = rgb[3 * pixel + 1] & 0xFF;
        int blue = rgb[3 * pixel + 2] & 0xFF;
        return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
    }

    /** @return this image for the JDK's image writers */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            int pixel = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
            image.setRGB(i % width, i / width, pixel);
        }
        return image;
    }

    /** @return an array (1, 3, H, W) in [-1, 1], owned by the manager */
    NDArray toArray(NDManager owner) {
        return toArray(127.5f, -1, owner);
    }

    /** @return an array (1, 3, H, W) in [0, 1], owned by the manager */
    NDArray toUnitArray(NDManager owner) {
        return toArray(255, 0, owner);
    }

    private NDArray toArray(float divisor, float offset, NDManager owner) {
        int pixels = width * height;
        float[] planes = new float[3 * pixels];
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int channel = 0; channel < 3; channel++) {
                planes[channel * pixels + pixel] = (rgb[3 * pixel + channel] & 0xFF) / divisor + offset;
            }
        }
        return owner.create(planes, new Shape(1, 3, height, width));
    }

    /**
     * Resizes the image as Pillow does with LANCZOS. The aspect ratio is not preserved.
     *
     * @return the resized image; this image if it already has this size
     */
    public RgbImage resized(int newWidth, int newHeight) {
        return newWidth == width && newHeight == height ? this : Lanczos.resize(this, newWidth, newHeight);
    }
}
