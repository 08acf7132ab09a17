// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

/** The kinds of attributes in demo model prompts. */
public enum Attribute {
    BACKGROUND,
    COLOUR,
    SHAPE,
    TEXTURE,
    SIZE,
    PLACE
}
