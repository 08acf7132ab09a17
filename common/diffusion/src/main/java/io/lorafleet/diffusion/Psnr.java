// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

/** The peak signal-to-noise ratio, which measures how similar two images are. */
public final class Psnr {
    private static final double MAX = 255;

    private Psnr() {}

    /**
     * @return the peak signal-to-noise ratio over red, green and blue, in decibels: positive infinity for identical
     *     images, negative infinity for images of different sizes
     */
    public static double of(RgbImage a, RgbImage b) {
        if (a.width() != b.width() || a.height() != b.height()) {
            return Double.NEGATIVE_INFINITY;
        }
        double squares = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            double difference = (a.rgb()[i] & 0xFF) - (b.rgb()[i] & 0xFF);
            squares += difference * difference;
        }
        return 10 * Math.log10(MAX * MAX * a.rgb().length / squares);
    }
}
