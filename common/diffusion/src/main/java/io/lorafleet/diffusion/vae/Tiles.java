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
 * Decodes a latent in tiles, so that the decoder needs memory for only one tile at a time. Norms and attention process
 * one tile at a time, so the overlapping parts of tiles differ slightly. Adjacent tiles overlap by a quarter, and the
 * overlap is blended.
 *
 * @param size width and height of a tile, in latent pixels, at least 4; tiles at the right and bottom edges may be
 *     smaller
 * @param factor image pixels per latent pixel, along one side
 * @see "diffusers autoencoder_kl.py, tiled_decode, which produces the same images if size is a multiple of 4"
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
     * @param decoder decodes a tile (N, C, h, w) to (N, 3, h factor, w factor), attached to its argument's manager
     * @return the image (N, 3, H factor, W factor)
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
     * Decodes one row of tiles.
     *
     * @param y position of the row in the latent
     * @param above for each tile of the previous row, the part that overlaps this row; empty for the first row
     * @param bottoms receives, for each tile of this row, the part that overlaps the next row
     * @return the row's part of the image, attached to {@code rowScope}, as are the arrays in {@code bottoms}
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

    /**
     * @return the distance between the starts of adjacent tiles, in latent pixels (diffusers: tile_overlap_factor 0.25)
     */
    private int stride() {
        return size * 3 / 4;
    }

    /** @param before overlapping part of the previous tile; its weight falls from 1 to 0 across the overlap */
    private static NDArray fadeIn(NDArray tile, NDArray before, int axis) {
        NDManager scope = tile.getManager();
        long shared = before.getShape().get(axis);
        Shape along = axis == HEIGHT ? new Shape(shared, 1) : new Shape(shared);
        NDArray share = scope.arange(0, shared, 1, DataType.FLOAT32).div(shared).reshape(along);
        NDArray mixed = cut(tile, axis, 0, shared, scope).mul(share);
        // The previous tile outlives this scope, so it must not be the first operand: the first operand's manager owns
        // the result.
        mixed = mixed.add(share.neg().add(1).mul(before));
        return mixed.concat(cut(tile, axis, shared, Long.MAX_VALUE, scope), axis);
    }

    /** @return the values from {@code start} to {@code end}, limited to the array bounds; may be empty */
    private static NDArray cut(NDArray array, int axis, long start, long end, NDManager owner) {
        long length = array.getShape().get(axis);
        String index = axis == HEIGHT ? ":, :, {}:{}" : ":, :, :, {}:{}";
        return array.get(owner, new NDIndex(index, Math.min(start, length), Math.min(end, length)));
    }
}
