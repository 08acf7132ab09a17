// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

/** What came out for one reference tensor. */
public sealed interface ParityResult {
    /** @return the tensor's name, with the file that it is in where that is not expected.safetensors */
    String tensor();

    /**
     * It was computed here and compared.
     *
     * @param error ||out - reference|| / ||reference||, or for token ids the share that differs
     * @param exact whether any error at all is too much
     */
    record Compared(String tensor, double error, boolean exact) implements ParityResult {
        /** @return whether the error is within the tolerance; NaN is not */
        public boolean within(double tolerance) {
            return error <= (exact ? 0 : tolerance);
        }
    }

    /** It was not compared, and why. */
    record Skipped(String tensor, String reason) implements ParityResult {}
}
