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
 * Some pixels of an image, counted row by row. The neighbours of a pixel are those above, below, left and right of it.
 *
 * @param pixels must not be changed
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

    /** @return these pixels and their neighbours */
    Mask grown() {
        return of(
                width, height, pixel -> has(pixel) || neighbours(pixel).stream().anyMatch(this::has));
    }

    /** @return the pixels whose neighbours are all in the mask; there are fewer of them at the image's border */
    Mask shrunk() {
        return where(pixel -> neighbours(pixel).stream().allMatch(this::has));
    }

    /** @return this mask without its holes of at most so many pixels */
    Mask filled(int mostPixels) {
        BitSet filled = (BitSet) pixels.clone();
        inverse().parts(1).stream().filter(hole -> hole.count() <= mostPixels).forEach(hole -> filled.or(hole.pixels));
        return new Mask(width, height, filled);
    }

    /** @return the connected parts of at least so many pixels, the largest one first */
    List<Mask> parts(int leastPixels) {
        List<Mask> parts = new ArrayList<>();
        BitSet left = (BitSet) pixels.clone();
        while (!left.isEmpty()) {
            Mask part = new Mask(width, height, takePart(left));
            if (part.count() >= leastPixels) {
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

    /** @return the smallest rectangle that holds all pixels */
    Rectangle bounds() {
        Rectangle bounds = new Rectangle(-1, -1);
        pixels.stream().forEach(pixel -> bounds.add(new Rectangle(pixel % width, pixel / width, 1, 1)));
        return bounds;
    }

    /** @return the centre of mass, from the left and the top of the image */
    Point2D centre() {
        double x = pixels.stream().map(pixel -> pixel % width).average().orElseThrow();
        double y = pixels.stream().map(pixel -> pixel / width).average().orElseThrow();
        return new Point2D.Double(x + 0.5, y + 0.5);
    }
}
