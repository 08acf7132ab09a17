// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

/** What a prompt of the demo model can say, and an image can meet or miss. */
public enum Attribute {
    BACKGROUND,
    COLOUR,
    SHAPE,
    TEXTURE,
    SIZE,
    PLACE
}
