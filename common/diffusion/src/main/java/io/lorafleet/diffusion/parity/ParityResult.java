// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import java.util.function.Function;

/** The result for one reference tensor. */
public sealed interface ParityResult {
    /** Applies the function for this kind of result. Callers must handle every kind. */
    <R> R match(Function<Compared, R> compared, Function<Skipped, R> skipped);

    /** @return the tensor's name, possibly with a prefix such as {@code lora/}, or the name of a skipped file */
    String tensor();

    /**
     * The tensor was computed and compared.
     *
     * @param error relative error ||out - reference|| / ||reference||; for token ids, the share of ids that differ
     * @param exact whether the error must be 0
     */
    record Compared(String tensor, double error, boolean exact) implements ParityResult {
        /** @return whether the error is within the tolerance; false for NaN */
        public boolean within(double tolerance) {
            return error <= (exact ? 0 : tolerance);
        }

        @Override
        public <R> R match(Function<Compared, R> compared, Function<Skipped, R> skipped) {
            return compared.apply(this);
        }
    }

    /** The tensor was not compared. */
    record Skipped(String tensor, String reason) implements ParityResult {
        @Override
        public <R> R match(Function<Compared, R> compared, Function<Skipped, R> skipped) {
            return skipped.apply(this);
        }
    }
}
