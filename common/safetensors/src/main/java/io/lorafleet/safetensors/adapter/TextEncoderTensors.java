// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

/** What to do with the tensors for a text encoder, which cannot be applied. */
public enum TextEncoderTensors {
    /** Refuse the file. */
    REFUSE,
    /** Use the file's tensors for the UNet alone. */
    IGNORE
}
