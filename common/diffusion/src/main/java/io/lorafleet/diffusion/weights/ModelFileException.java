// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

/**
 * Thrown if a model file is missing or corrupt, or has an unexpected format. The message names the file and gives the
 * expected and actual values.
 */
public final class ModelFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelFileException(String message) {
        super(message);
    }

    public ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
