// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;

/** The white pixels of a mask image, which are repainted. The worker applies the same rule to the resized mask. */
public final class MaskPixels {
    /** The lowest gray value that is white. */
    private static final int WHITE = 128;

    private MaskPixels() {}

    /**
     * @param stride distance between the pixels to look at, starting with the top left pixel; 1 for all pixels
     * @return whether at least one of the pixels is white
     */
    public static boolean anyWhite(BufferedImage mask, int stride) {
        boolean gray = mask.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        for (int y = 0; y < mask.getHeight(); y += stride) {
            for (int x = 0; x < mask.getWidth(); x += stride) {
                if ((gray ? stored(mask, x, y) : luma(mask.getRGB(x, y))) >= WHITE) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Reads the stored gray value, because {@code getRGB()} would treat it as linear light. */
    private static int stored(BufferedImage mask, int x, int y) {
        int bits = mask.getColorModel().getComponentSize(0);
        return mask.getRaster().getSample(x, y, 0) * 255 / ((1 << bits) - 1);
    }

    /** The gray value of a color, as Pillow's {@code convert("L")} computes it (ITU-R 601-2). */
    private static int luma(int rgb) {
        int red = rgb >> 16 & 0xFF;
        int green = rgb >> 8 & 0xFF;
        int blue = rgb & 0xFF;
        return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
    }
}
