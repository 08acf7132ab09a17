// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

/**
 * Resizes images with the three-lobed Lanczos kernel. When a side becomes shorter, the kernel is widened
 * proportionally, so every source pixel contributes and there is no aliasing.
 *
 * <p>Rows are resized first, then columns, with rounding to bytes in between. The result is byte-for-byte identical to
 * Pillow's, unless the image becomes wider and shorter.
 *
 * @see <a href="https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c">Pillow's Resample.c</a>
 */
final class Lanczos {
    private static final double LOBES = 3;

    private Lanczos() {}

    static RgbImage resize(RgbImage source, int width, int height) {
        RgbImage narrow = new RgbImage(width, source.height(), alongRows(source, width));
        return new RgbImage(width, height, alongColumns(narrow, height));
    }

    /**
     * The source pixels that contribute to one target pixel.
     *
     * @param first index of the first source pixel
     * @param weights weights of the source pixels, starting with the first; they add up to 1
     */
    private record Taps(int first, double[] weights) {}

    private static byte[] alongRows(RgbImage source, int width) {
        byte[] rgb = new byte[3 * width * source.height()];
        for (int x = 0; x < width; x++) {
            Taps taps = taps(x, source.width(), width);
            for (int y = 0; y < source.height(); y++) {
                int from = 3 * (y * source.width() + taps.first());
                blend(source.rgb(), from, 3, taps, rgb, 3 * (y * width + x));
            }
        }
        return rgb;
    }

    private static byte[] alongColumns(RgbImage source, int height) {
        int row = 3 * source.width();
        byte[] rgb = new byte[row * height];
        for (int y = 0; y < height; y++) {
            Taps taps = taps(y, source.height(), height);
            for (int x = 0; x < source.width(); x++) {
                blend(source.rgb(), taps.first() * row + 3 * x, row, taps, rgb, y * row + 3 * x);
            }
        }
        return rgb;
    }

    private static Taps taps(int pixel, int from, int to) {
        double scale = (double) from / to;
        double stretch = Math.max(scale, 1);
        double center = (pixel + 0.5) * scale;
        int first = Math.max((int) (center - LOBES * stretch + 0.5), 0);
        int end = Math.min((int) (center + LOBES * stretch + 0.5), from);
        double[] weights = new double[end - first];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = kernel((first + i - center + 0.5) / stretch);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return new Taps(first, weights);
    }

    private static double kernel(double x) {
        return Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }

    /** @param stride distance between adjacent source pixels of the row or column, in bytes */
    private static void blend(byte[] source, int from, int stride, Taps taps, byte[] result, int to) {
        for (int channel = 0; channel < 3; channel++) {
            double value = 0;
            for (int i = 0; i < taps.weights().length; i++) {
                value += taps.weights()[i] * (source[from + i * stride + channel] & 0xFF);
            }
            result[to + channel] = (byte) Math.round(Math.min(Math.max(value, 0), 255));
        }
    }
}
