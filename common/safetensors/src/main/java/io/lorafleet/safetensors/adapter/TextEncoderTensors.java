// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

/** What to do with a file's tensors for the text encoders. */
public enum TextEncoderTensors {
    /** Apply them when prompts are encoded. */
    APPLY,
    /** Use the file's tensors for the UNet alone. */
    IGNORE,
    /** Refuse a file that has any, because the caller uses the UNet alone. */
    REFUSE
}
