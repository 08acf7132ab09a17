// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.diffusion.RgbImage;

/** A color whose channels range from 0 to 255. */
record Rgb(double red, double green, double blue) {
    static final Rgb WHITE = new Rgb(255, 255, 255);

    /** @return the image's pixels, row by row */
    static Rgb[] pixels(RgbImage image) {
        byte[] rgb = image.rgb();
        Rgb[] pixels = new Rgb[rgb.length / 3];
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            int at = 3 * pixel;
            pixels[pixel] = new Rgb(rgb[at] & 0xFF, rgb[at + 1] & 0xFF, rgb[at + 2] & 0xFF);
        }
        return pixels;
    }

    Rgb towards(Rgb other, double share) {
        return new Rgb(
                red + share * (other.red - red),
                green + share * (other.green - green),
                blue + share * (other.blue - blue));
    }

    double distance(Rgb other) {
        return Math.sqrt(minus(other).dot(minus(other)));
    }

    /** @return the position of the nearest color on the line between a and b, where a is 0 and b is 1 */
    double along(Rgb a, Rgb b) {
        Rgb way = b.minus(a);
        return Math.min(Math.max(minus(a).dot(way) / way.dot(way), 0), 1);
    }

    private Rgb minus(Rgb other) {
        return new Rgb(red - other.red, green - other.green, blue - other.blue);
    }

    private double dot(Rgb other) {
        return red * other.red + green * other.green + blue * other.blue;
    }
}
