// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

/**
 * Thrown if an adapter file is invalid or is not compatible with the base. The message names the tensor and gives the
 * expected and actual values.
 */
public final class AdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AdapterException(String message) {
        super(message);
    }
}
