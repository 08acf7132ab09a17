// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

/**
 * The value of a setting.
 *
 * @param source where the value comes from, such as {@code --url}, an environment variable or a context
 */
public record Setting<T>(T value, String source) {}
