// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import java.awt.Rectangle;
import java.awt.geom.Point2D;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A set of pixels in an image, numbered row by row. A pixel has four neighbors: above, below, left and right.
 *
 * @param pixels the pixels; callers must not change the set
 */
record Mask(int width, int height, BitSet pixels) {

    static Mask of(int width, int height, IntPredicate test) {
        BitSet pixels = new BitSet(width * height);
        for (int pixel = 0; pixel < width * height; pixel++) {
            pixels.set(pixel, test.test(pixel));
        }
        return new Mask(width, height, pixels);
    }

    int count() {
        return pixels.cardinality();
    }

    boolean has(int pixel) {
        return pixels.get(pixel);
    }

    Mask where(IntPredicate test) {
        return of(width, height, pixel -> has(pixel) && test.test(pixel));
    }

    Mask inverse() {
        return of(width, height, pixel -> !has(pixel));
    }

    /** @return the pixels of this mask and their neighbors */
    Mask grown() {
        return of(
                width, height, pixel -> has(pixel) || neighbours(pixel).stream().anyMatch(this::has));
    }

    /** @return the pixels whose neighbors are all in the mask; pixels at the image border have fewer neighbors */
    Mask shrunk() {
        return where(pixel -> neighbours(pixel).stream().allMatch(this::has));
    }

    /** @return this mask with all holes of at most {@code maxPixels} pixels filled */
    Mask filled(int maxPixels) {
        BitSet filled = (BitSet) pixels.clone();
        inverse().parts(1).stream().filter(hole -> hole.count() <= maxPixels).forEach(hole -> filled.or(hole.pixels));
        return new Mask(width, height, filled);
    }

    /** @return the connected parts with at least {@code minPixels} pixels, largest first */
    List<Mask> parts(int minPixels) {
        List<Mask> parts = new ArrayList<>();
        BitSet left = (BitSet) pixels.clone();
        while (!left.isEmpty()) {
            Mask part = new Mask(width, height, takePart(left));
            if (part.count() >= minPixels) {
                parts.add(part);
            }
        }
        parts.sort(Comparator.comparing(Mask::count).reversed());
        return parts;
    }

    private BitSet takePart(BitSet left) {
        BitSet part = new BitSet();
        Deque<Integer> open = new ArrayDeque<>(List.of(left.nextSetBit(0)));
        while (!open.isEmpty()) {
            int pixel = open.pop();
            if (left.get(pixel)) {
                left.clear(pixel);
                part.set(pixel);
                open.addAll(neighbours(pixel));
            }
        }
        return part;
    }

    private List<Integer> neighbours(int pixel) {
        List<Integer> neighbours = new ArrayList<>(4);
        if (pixel % width > 0) {
            neighbours.add(pixel - 1);
        }
        if (pixel % width < width - 1) {
            neighbours.add(pixel + 1);
        }
        if (pixel >= width) {
            neighbours.add(pixel - width);
        }
        if (pixel < width * (height - 1)) {
            neighbours.add(pixel + width);
        }
        return neighbours;
    }

    /** @return the bounding box */
    Rectangle bounds() {
        Rectangle bounds = new Rectangle(-1, -1);
        pixels.stream().forEach(pixel -> bounds.add(new Rectangle(pixel % width, pixel / width, 1, 1)));
        return bounds;
    }

    /** @return the center of mass, relative to the image's top left corner */
    Point2D centre() {
        double x = pixels.stream().map(pixel -> pixel % width).average().orElseThrow();
        double y = pixels.stream().map(pixel -> pixel / width).average().orElseThrow();
        return new Point2D.Double(x + 0.5, y + 0.5);
    }
}
