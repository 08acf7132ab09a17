// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

/** The similarity of two images. */
final class Psnr {
    private Psnr() {}

    /** @return the peak signal-to-noise ratio, in decibels; infinite for equal images */
    static double of(RgbImage a, RgbImage b) {
        double squares = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            double difference = (a.rgb()[i] & 0xFF) - (b.rgb()[i] & 0xFF);
            squares += difference * difference;
        }
        return 10 * Math.log10(255 * 255 / (squares / a.rgb().length));
    }
}
