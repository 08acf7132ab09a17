// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

/**
 * A field of a request that cannot be accepted as it is.
 *
 * @param found what it was; for free text only its length, since prompts are nobody's business
 */
public record BadField(String field, String expected, String found) {}
