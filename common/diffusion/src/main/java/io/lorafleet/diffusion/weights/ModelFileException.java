// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

/** A model file is missing, damaged, or not of the form expected. The text names the file and both sides. */
public final class ModelFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelFileException(String message) {
        super(message);
    }

    public ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
