// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Delta;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.Hadamard;
import io.lorafleet.diffusion.lora.LoraAdapter.Kronecker;
import io.lorafleet.diffusion.lora.LoraAdapter.LowRank;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.safetensors.adapter.LayerUpdate;
import io.lorafleet.safetensors.adapter.Role;
import java.util.OptionalDouble;

/**
 * Reads the update of one layer, and checks it against the layer's weight (out, in), or (out, in, k, k).
 *
 * @see "lycoris functional/locon.py, loha.py and lokr.py"
 */
final class UpdateReader {
    private final Safetensors file;
    private final LayerUpdate update;
    private final Shape weight;

    UpdateReader(Safetensors file, LayerUpdate update, Shape weight) {
        this.file = file;
        this.update = update;
        this.weight = weight;
    }

    /** @param configured scale in the file's settings, for a layer without alpha */
    Update read(OptionalDouble configured) {
        Delta delta = switch (update.method()) {
            case LORA -> lowRank();
            case LOHA ->
                new Hadamard(
                        hadamardHalf(Role.HADA_W1_A, Role.HADA_W1_B, Role.HADA_T1),
                        hadamardHalf(Role.HADA_W2_A, Role.HADA_W2_B, Role.HADA_T2));
            case LOKR -> kronecker();
        };
        Factor magnitude = update.tensor(Role.MAGNITUDE)
                .map(name -> new Factor(new Shape(weight.get(0)), file.floats(name)))
                .orElse(null);
        return new Update(scale(configured), delta, magnitude);
    }

    private double scale(OptionalDouble configured) {
        if (update.tensor(Role.LOKR_W1).isPresent()
                && update.tensor(Role.LOKR_W2).isPresent()) {
            return 1; // without a factorised matrix there is no rank, and LyCORIS ignores alpha
        }
        return update.tensor(Role.ALPHA)
                .map(alpha -> (double) file.floats(alpha).get(0) / update.rank())
                .orElseGet(() -> configured.orElse(1)); // without alpha, alpha = rank
    }

    private LowRank lowRank() {
        Factor b = factor(Role.B, weight.get(0), new Shape(update.rank()));
        if (update.tensor(Role.MID).isEmpty()) {
            return new LowRank(factor(Role.A, update.rank(), weight.slice(1)), b);
        }
        Factor a = factor(Role.A, update.rank(), new Shape(weight.get(1)));
        return new LowRank(withKernel(Role.MID, a), b);
    }

    private LowRank hadamardHalf(Role a, Role b, Role kernel) {
        if (update.tensor(kernel).isEmpty()) {
            return new LowRank(flatFactor(b, weight.slice(1)), factor(a, weight.get(0), new Shape(rank(b))));
        }
        Factor in = factor(b, rank(b), new Shape(weight.get(1)));
        return new LowRank(withKernel(kernel, in), Factors.transposed(factor(a, rank(b), new Shape(weight.get(0)))));
    }

    private Kronecker kronecker() {
        Factor outer = update.tensor(Role.LOKR_W1).isPresent()
                ? matrix(Role.LOKR_W1)
                : Factors.product(matrix(Role.LOKR_W1_A), matrix(Role.LOKR_W1_B));
        long out = divided(weight.get(0), outer.shape().get(0));
        Shape in = new Shape(divided(weight.get(1), outer.shape().get(1))).addAll(weight.slice(2));
        if (update.tensor(Role.LOKR_W2).isPresent()) {
            return new Kronecker(update.rank(), outer, factor(Role.LOKR_W2, out, in));
        }
        long rank = rank(Role.LOKR_W2_B);
        Factor inner = update.tensor(Role.LOKR_T2).isPresent()
                ? Factors.product(
                        Factors.transposed(factor(Role.LOKR_W2_A, rank, new Shape(out))),
                        withKernel(Role.LOKR_T2, factor(Role.LOKR_W2_B, rank, new Shape(in.get(0)))))
                : Factors.product(factor(Role.LOKR_W2_A, out, new Shape(rank)), flatFactor(Role.LOKR_W2_B, in));
        return new Kronecker(update.rank(), outer, inner);
    }

    private long divided(long side, long factor) {
        if (side % factor != 0) {
            Role role = update.tensor(Role.LOKR_W1).isPresent() ? Role.LOKR_W1 : Role.LOKR_W1_A;
            throw new AdapterException("tensor " + name(role) + ": expected a factor of " + side
                    + " in the weight's shape " + weight + ", found " + factor);
        }
        return side / factor;
    }

    /** Places the kernel (r, r, k, k) after the 1x1 factor (r, in), which gives a factor (r, in, k, k). */
    private Factor withKernel(Role kernel, Factor factor) {
        String name = name(kernel);
        Shape expected = new Shape(factor.shape().get(0), factor.shape().get(0)).addAll(weight.slice(2));
        if (!file.shape(name).equals(expected)) {
            throw new AdapterException("tensor " + name + ": expected " + expected + ", found " + file.shape(name));
        }
        return Factors.withKernel(new Factor(expected, file.floats(name)), factor);
    }

    private long rank(Role b) {
        return file.shape(name(b)).get(0);
    }

    private Factor matrix(Role role) {
        return factor(
                role,
                file.shape(name(role)).get(0),
                new Shape(file.shape(name(role)).get(1)));
    }

    /**
     * Reads a factor as (rows, columns). A 1x1 kernel's two dimensions of size 1 are present in some files and absent
     * in others; both forms are accepted.
     */
    private Factor factor(Role role, long rows, Shape columns) {
        String name = name(role);
        Shape found = file.shape(name);
        Shape expected = new Shape(rows).addAll(columns);
        if (rows < 1 || !withoutTrailingOnes(found).equals(withoutTrailingOnes(expected))) {
            throw new AdapterException("tensor " + name + ": expected " + expected + ", found " + found);
        }
        return new Factor(expected, file.floats(name));
    }

    /** Reads a factor (r, in) or (r, in, k, k), which LyCORIS can also write as (r, in k k). */
    private Factor flatFactor(Role role, Shape columns) {
        Shape found = file.shape(name(role));
        return found.equals(new Shape(found.get(0), columns.size()))
                ? new Factor(new Shape(found.get(0)).addAll(columns), file.floats(name(role)))
                : factor(role, found.get(0), columns);
    }

    private String name(Role role) {
        return update.tensor(role).orElseThrow(() -> new IllegalStateException("no tensor with the role " + role));
    }

    private static Shape withoutTrailingOnes(Shape shape) {
        int kept = shape.dimension();
        while (kept > 2 && shape.get(kept - 1) == 1) {
            kept--;
        }
        return shape.slice(0, kept);
    }
}
