// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

/** An adapter file cannot be used with this base model. The text names the tensor, what was expected and found. */
public final class AdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AdapterException(String message) {
        super(message);
    }
}
