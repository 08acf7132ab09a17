// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.Weights;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A convolution with weights in the layout that oneDNN prefers. The layout may depend on height and width, so there is
 * one copy for each layout in use. There is nearly always just one, because the layout depends on the size only for a
 * few channel counts, such as 192. Weights in any other layout would be reordered on each call, which would make the
 * call a hundred times slower.
 */
final class PackedConvolution implements UnaryOperator<NDArray> {
    /** Size assumed before the first call. */
    private static final Size ANY = new Size(32, 32);

    private static final Map<LayoutKey, ByteBuffer> LAYOUTS = new ConcurrentHashMap<>();

    private final Shape shape;
    private final NDArray bias;
    private final int stride;
    private final int padding;
    private final Weights.Use use;
    private final Map<ByteBuffer, NDArray> byLayout = new HashMap<>();
    private final Map<Size, NDArray> bySize = new HashMap<>();

    private record Size(long height, long width) {}

    /** Key that identifies a layout. */
    private record LayoutKey(Shape weight, int stride, Weights.Use use, Size size) {}

    /** @param weight weights (out, in, k, k), which are copied; their manager owns the copies */
    PackedConvolution(NDArray weight, NDArray bias, int stride, int padding, Weights.Use use) {
        this.shape = weight.getShape();
        this.bias = bias;
        this.stride = stride;
        this.padding = padding;
        this.use = use;
        byLayout.put(layout(ANY), forSize("pack_convolution", weight, ANY));
    }

    /** @param x (N, in, H, W) @return (N, out, H', W') */
    @Override
    public NDArray apply(NDArray x) {
        Size size = new Size(x.getShape().get(2), x.getShape().get(3));
        NDArray weight = bySize.computeIfAbsent(size, this::packed);
        ScriptModule module = PackedWeights.module();
        return module.call("convolution", x, weight, bias, module.number(stride), module.number(padding));
    }

    private NDArray packed(Size size) {
        NDArray any = byLayout.values().iterator().next();
        return byLayout.computeIfAbsent(layout(size), layout -> forSize("pack_convolution", any, size));
    }

    private ByteBuffer layout(Size size) {
        return LAYOUTS.computeIfAbsent(new LayoutKey(shape, stride, use, size), key -> {
            try (NDManager scope = bias.getManager().newSubManager()) {
                return forSize("layout_for", scope.create(shape.getShape()), size)
                        .toByteBuffer();
            }
        });
    }

    private NDArray forSize(String method, NDArray first, Size size) {
        ScriptModule module = PackedWeights.module();
        return module.call(
                method,
                first,
                module.number(stride),
                module.number(padding),
                module.number(size.height()),
                module.number(size.width()),
                PackedWeights.rounded(use));
    }
}
