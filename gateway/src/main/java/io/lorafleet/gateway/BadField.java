// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

/**
 * An invalid request field.
 *
 * @param found the invalid value; for free text, only its length, because prompts are private
 */
public record BadField(String field, String expected, String found) {}
