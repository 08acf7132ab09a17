// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.function.UnaryOperator;

/**
 * Decodes a latent tile by tile, in the memory of one tile. Tiles overlap by a quarter, and there the next one is faded
 * in over the one before: each tile's norms and attention see that tile only, so it comes out a little different.
 *
 * @param size width and height of a tile, in latent values, at least 4; those at the right and at the bottom are cut
 * @param factor pixels of a latent value
 * @see "diffusers autoencoder_kl.py, tiled_decode, whose images these are if size is a multiple of 4"
 */
record Tiles(int size, int factor) {
    private static final int HEIGHT = 2;
    private static final int WIDTH = 3;

    static Tiles of(VaeConfig config) {
        return new Tiles(Math.max(4, config.sampleSize() / config.factor()), config.factor());
    }

    /** @return whether a latent (N, C, H, W) is larger than one tile */
    boolean divide(Shape latent) {
        return latent.get(HEIGHT) > size || latent.get(WIDTH) > size;
    }

    /**
     * @param latent (N, C, H, W)
     * @param decoder from (N, C, h, w) to (N, 3, h factor, w factor), attached to its argument's manager
     * @return (N, 3, H factor, W factor)
     */
    NDArray decode(NDArray latent, UnaryOperator<NDArray> decoder) {
        try (NDManager scope = Scopes.open(latent)) {
            NDList rows = new NDList();
            NDList above = new NDList();
            for (long y = 0; y < latent.getShape().get(HEIGHT); y += stride()) {
                try (NDManager rowScope = scope.newSubManager()) {
                    NDList bottoms = new NDList();
                    rows.add(row(latent, y, above, bottoms, decoder, rowScope));
                    above.close();
                    above = bottoms;
                    rowScope.ret(bottoms);
                    rowScope.ret(rows.get(rows.size() - 1));
                }
            }
            return scope.ret(NDArrays.concat(rows, HEIGHT));
        }
    }

    /**
     * One row of tiles.
     *
     * @param y where it begins in the latent
     * @param above what the tiles above share with those of this row; empty at the top
     * @param bottoms takes what these tiles share with those below
     * @return the row's part of the image, attached to the row's scope like the bottoms
     */
    private NDArray row(
            NDArray latent, long y, NDList above, NDList bottoms, UnaryOperator<NDArray> decoder, NDManager rowScope) {
        long end = (long) stride() * factor;
        NDList bodies = new NDList();
        NDArray left = null;
        for (long x = 0; x < latent.getShape().get(WIDTH); x += stride()) {
            try (NDManager scope = rowScope.newSubManager()) {
                NDArray tile = decoder.apply(cut(cut(latent, HEIGHT, y, y + size, scope), WIDTH, x, x + size, scope));
                if (!above.isEmpty()) {
                    tile = fadeIn(tile, above.get(bodies.size()), HEIGHT);
                }
                if (left != null) {
                    tile = fadeIn(tile, left, WIDTH);
                }
                NDArray top = cut(tile, HEIGHT, 0, end, scope);
                bodies.add(cut(top, WIDTH, 0, end, rowScope));
                bottoms.add(cut(tile, HEIGHT, end, Long.MAX_VALUE, rowScope));
                left = cut(tile, WIDTH, end, Long.MAX_VALUE, rowScope);
            }
        }
        return NDArrays.concat(bodies, WIDTH);
    }

    /** @return from one tile to the next, in latent values; diffusers' tile_overlap_factor is 0.25 */
    private int stride() {
        return size * 3 / 4;
    }

    /** @param before what the tile before has where this tile begins; its share falls from 1 to 0 */
    private static NDArray fadeIn(NDArray tile, NDArray before, int axis) {
        NDManager scope = tile.getManager();
        long shared = before.getShape().get(axis);
        Shape along = axis == HEIGHT ? new Shape(shared, 1) : new Shape(shared);
        NDArray share = scope.arange(0, shared, 1, DataType.FLOAT32).div(shared).reshape(along);
        NDArray mixed = cut(tile, axis, 0, shared, scope).mul(share);
        // The other tile's pixels live longer than this scope: they must not be the first operand.
        mixed = mixed.add(share.neg().add(1).mul(before));
        return mixed.concat(cut(tile, axis, shared, Long.MAX_VALUE, scope), axis);
    }

    /** @return the values from {@code start} to {@code end}, or as far as there are any; may be empty */
    private static NDArray cut(NDArray array, int axis, long start, long end, NDManager owner) {
        long length = array.getShape().get(axis);
        String index = axis == HEIGHT ? ":, :, {}:{}" : ":, :, :, {}:{}";
        return array.get(owner, new NDIndex(index, Math.min(start, length), Math.min(end, length)));
    }
}
