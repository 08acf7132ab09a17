// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

/**
 * What a gateway said.
 *
 * @param json in its own words
 * @param value the part of it that is used here
 */
public record Response<T>(String json, T value) {}
